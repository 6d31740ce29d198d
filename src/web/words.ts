// Numbers and times as people say them. Pure: the time of asking is passed in.

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** `1536` → `1.5 KiB` */
export function sizeWords(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

/** `3725` → `1 h 2 min`; under ten seconds with a tenth. */
export function durationWords(seconds: number): string {
  if (seconds < 0) return '0 s'
  if (seconds < 9.95) return `${(Math.round(seconds * 10) / 10).toString()} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`
  return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`
}

/** `0.043` → `43 ms`: for what is mostly shorter than a second. */
export function shortDurationWords(seconds: number): string {
  return seconds >= 0.9995 ? durationWords(seconds) : `${Math.round(seconds * 1000)} ms`
}

/** `00:42`, `1:02:05`: for places where the width must not change. */
export function clockWords(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const hours = Math.floor(whole / 3600)
  const rest = `${pad(Math.floor((whole % 3600) / 60))}:${pad(whole % 60)}`
  return hours > 0 ? `${hours}:${rest}` : rest
}

/** "3 minutes ago", "in 2 hours". */
export function ageWords(then: number, now: number): string {
  const seconds = Math.round((then - now) / 1000)
  const size = Math.abs(seconds)
  if (size < 45) return seconds > 5 ? 'in a moment' : 'just now'
  const [value, unit] = largestUnit(size)
  const count = `${value} ${unit}${value === 1 ? '' : 's'}`
  return seconds < 0 ? `${count} ago` : `in ${count}`
}

function largestUnit(seconds: number): [number, string] {
  if (seconds < 3570) return [Math.max(1, Math.round(seconds / 60)), 'minute']
  if (seconds < 84_600) return [Math.round(seconds / 3600), 'hour']
  if (seconds < 2_550_000) return [Math.round(seconds / 86_400), 'day']
  if (seconds < 31_000_000) return [Math.round(seconds / 2_629_800), 'month']
  return [Math.max(1, Math.round(seconds / 31_557_600)), 'year']
}

/** `1 job`, `3 jobs` */
export function countWords(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}

export function shortSha(sha: string): string {
  return sha.slice(0, 8)
}

/** `sha256:0123…` → `0123456789ab` */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha\d+:/, '').slice(0, 12)
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
