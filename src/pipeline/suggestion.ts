/** ` (did you mean 'build'?)` when one of the names is close to what was written, else an empty text. */
export function didYouMean(written: string, names: Iterable<string>): string {
  const nearest = nearestName(written, names)
  return nearest === null ? '' : ` (did you mean '${nearest}'?)`
}

const maxNameLength = 60
const maxNames = 2000

function nearestName(written: string, names: Iterable<string>): string | null {
  if (written.length > maxNameLength) return null
  let nearest: string | null = null
  let least = Math.floor(written.length / 3) + 1
  let looked = 0
  for (const name of names) {
    if (++looked > maxNames) break
    if (name === written || Math.abs(name.length - written.length) >= least) continue
    const distance = editDistance(written.toLowerCase(), name.toLowerCase(), least)
    if (distance < least) {
      least = distance
      nearest = name
    }
  }
  return nearest
}

/** Insertions, deletions, replacements and swaps of neighbours; gives up at a limit. */
function editDistance(a: string, b: string, limit: number): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row[j] = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replaced)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j] ?? 0, (beforeLast[j - 2] ?? 0) + 1)
    }
    if (Math.min(...row) >= limit) return limit
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
