// Versions of an engine and its runc through which a job gets out of its container, by what their makers published. Pure. A version
// with a distribution's mark (`20.10.24+dfsg1`, `1.1.5-0ubuntu1`) is not judged: distributions mend under the number they have.

type Component = 'Docker' | 'runc'

type Hole = {
  readonly component: Component
  readonly names: string
  readonly lets: string
  /** The first mended version of each line, newest line first; all of a line before the last one are open. */
  readonly mendedIn: readonly string[]
}

const holes: readonly Hole[] = [
  {
    component: 'runc',
    names: 'CVE-2024-21626',
    lets: 'an image or a job reach the files of this host',
    mendedIn: ['1.1.12'],
  },
  {
    component: 'runc',
    names: 'CVE-2025-31133, CVE-2025-52565, CVE-2025-52881',
    lets: 'an image or a job write files of the kernel of this host',
    mendedIn: ['1.3.3', '1.2.8'],
  },
  {
    component: 'Docker',
    names: 'CVE-2024-23651, CVE-2024-23652, CVE-2024-23653 (BuildKit)',
    lets: 'a Dockerfile that is built by this engine reach the files of this host',
    mendedIn: ['25.0.2', '24.0.9'],
  },
]

export type Versions = { readonly version: string; readonly runc: string | null }

/** Sentences for the runner's owner. */
export function knownHoles({ version, runc }: Versions): readonly string[] {
  const found: Record<Component, string | null> = { Docker: version, runc }
  return holes.flatMap(({ component, names, lets, mendedIn }) => {
    const numbers = numbersOf(found[component])
    if (numbers === null || !isOpen(numbers, mendedIn)) return []
    return [`${component} ${found[component]} lets ${lets} (${names}): update to ${mendedIn.toReversed().join(' or ')}`]
  })
}

/** Open: older than the mended version of its own line; a line without one is open when an older line was mended. */
function isOpen(numbers: readonly number[], mendedIn: readonly string[]): boolean {
  const lines = mendedIn.map(text => numbersOf(text) ?? [])
  const own = lines.find(line => isSameLine(line, numbers))
  return own === undefined ? isBefore(numbers, lines.at(-1) ?? []) : isBefore(numbers, own)
}

function isSameLine(one: readonly number[], other: readonly number[]): boolean {
  return one[0] === other[0] && one[1] === other[1]
}

function isBefore(one: readonly number[], other: readonly number[]): boolean {
  for (const [index, number] of other.entries()) if (one[index] !== number) return (one[index] ?? 0) < number
  return false
}

function numbersOf(version: string | null): readonly number[] | null {
  const match = /^v?(\d+)\.(\d+)\.(\d+)$/.exec(version ?? '')
  return match === null ? null : match.slice(1).map(Number)
}
