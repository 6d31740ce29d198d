// Reads a section of a configuration key by key and collects what is wrong: a key that nobody asked for is a mistake too.

export type Mistakes = string[]

export type Section = {
  readonly section: (key: string) => Section
  readonly text: (key: string, fallback: string) => string
  readonly optionalText: (key: string) => string | null
  readonly url: (key: string, fallback: string | null) => string | null
  readonly texts: (key: string, fallback: readonly string[]) => readonly string[]
  readonly count: (key: string, fallback: number, least: number) => number
  readonly optionalNumber: (key: string) => number | null
  readonly numbers: (key: string) => Readonly<Record<string, number>>
  readonly flag: (key: string, fallback: boolean) => boolean
  readonly choice: <T extends string>(key: string, choices: readonly T[], fallback: T) => T
  /** One or several. */
  readonly choices: <T extends string>(key: string, choices: readonly T[], fallback: readonly T[]) => readonly T[]
  /** Bytes: a number, or a text like `20GB`. */
  readonly size: (key: string, fallback: number | null) => number | null
  /** Nothing more will be asked: what is left over is told. */
  readonly end: () => void
}

export function readSection(value: unknown, path: string, mistakes: Mistakes): Section {
  const asked = new Set<string>()
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
  const record = (isRecord ? value : {}) as Readonly<Record<string, unknown>>
  if (value !== undefined && !isRecord)
    mistakes.push(`${path || 'configuration'}: expected an object, found ${shown(value)}`)
  const at = (key: string) => (path === '' ? key : `${path}.${key}`)

  function read<T>(key: string, expected: string, fallback: T, accept: (found: unknown) => T | undefined): T {
    asked.add(key)
    const found = record[key]
    if (found === undefined || found === null) return fallback
    const accepted = accept(found)
    if (accepted !== undefined) return accepted
    mistakes.push(`${at(key)}: expected ${expected}, found ${shown(found)}`)
    return fallback
  }

  return {
    section: key => {
      asked.add(key)
      return readSection(record[key], at(key), mistakes)
    },
    text: (key, fallback) => read(key, 'a text', fallback, asText),
    optionalText: key => read<string | null>(key, 'a text', null, asText),
    url: (key, fallback) => read(key, 'an http:// or https:// address', fallback, asUrl),
    texts: (key, fallback) => read(key, 'a list of texts', fallback, asTexts),
    count: (key, fallback, least) =>
      read(key, `a whole number from ${least} on`, fallback, found =>
        typeof found === 'number' && Number.isInteger(found) && found >= least ? found : undefined,
      ),
    optionalNumber: key =>
      read<number | null>(key, 'a number over 0', null, found =>
        typeof found === 'number' && found > 0 ? found : undefined,
      ),
    numbers: key => read(key, 'names with numbers', {}, asNumbers),
    flag: (key, fallback) =>
      read(key, 'true or false', fallback, found => (typeof found === 'boolean' ? found : undefined)),
    choice: (key, choices, fallback) =>
      read(key, `one of ${choices.join(', ')}`, fallback, found => choices.find(each => each === found)),
    choices: (key, choices, fallback) =>
      read(key, `some of ${choices.join(', ')}`, fallback, found => asChoices(found, choices)),
    size: (key, fallback) => read(key, 'a size like 20GB', fallback, asSize),
    end: () => {
      for (const key of Object.keys(record)) {
        if (!asked.has(key))
          mistakes.push(`${at(key)}: is no key of the configuration (known: ${[...asked].join(', ')})`)
      }
    },
  }
}

function asText(found: unknown): string | undefined {
  return typeof found === 'string' && found !== '' ? found : undefined
}

function asUrl(found: unknown): string | undefined {
  return typeof found === 'string' && /^https?:\/\//.test(found) && URL.canParse(found) ? found : undefined
}

function asTexts(found: unknown): readonly string[] | undefined {
  return Array.isArray(found) && found.every(each => typeof each === 'string') ? found : undefined
}

function asNumbers(found: unknown): Readonly<Record<string, number>> | undefined {
  if (typeof found !== 'object' || found === null) return undefined
  return Object.values(found).every(each => typeof each === 'number') ? (found as Record<string, number>) : undefined
}

function asChoices<T extends string>(found: unknown, choices: readonly T[]): readonly T[] | undefined {
  const list = (Array.isArray(found) ? found : [found]) as T[]
  return list.length > 0 && list.every(each => choices.includes(each)) ? list : undefined
}

const units: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 }

function asSize(found: unknown): number | undefined {
  if (typeof found === 'number') return found >= 0 ? found : undefined
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?$/i.exec(String(found))
  return match === null ? undefined : Math.round(Number(match[1]) * (units[(match[2] ?? '').toUpperCase()] ?? 1))
}

function shown(found: unknown): string {
  return (JSON.stringify(found) ?? String(found)).slice(0, 80)
}
