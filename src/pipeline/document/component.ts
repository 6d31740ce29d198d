// `component: host/group/project/name@version`.

export interface ComponentAddress {
  readonly host: string
  readonly project: string
  readonly name: string
  readonly version: string
}

/** What the text of a component may ask of its own address: `$[[ component.version ]]`. */
export const componentFacts = ['name', 'sha', 'version', 'reference'] as const
export type ComponentFacts = Readonly<Record<(typeof componentFacts)[number], string>>

export function parseComponent(address: string): ComponentAddress | null {
  const [, host, project, name, version] = /^([^/@]+)\/([^@]+)\/([^/@]+)@([^@]+)$/.exec(address) ?? []
  return host && project && name && version ? { host, project, name, version } : null
}

/** Where the text of a component may stand. */
export function componentPaths(name: string): readonly string[] {
  return [`templates/${name}.yml`, `templates/${name}/template.yml`]
}

/** The tag that `~latest` or a partial version (`1`, `1.2`) means; null when the version is a ref of its own. */
export function releaseFor(version: string, tags: readonly string[]): string | null {
  const isLatest = version === '~latest'
  if ((!isLatest && !/^\d+(\.\d+)?$/.test(version)) || tags.includes(version)) return null
  const wanted = isLatest ? [] : version.split('.').map(Number)
  const candidates = tags
    .map(tag => ({ tag, parts: releaseParts(tag) }))
    .filter(({ parts }) => parts !== null && wanted.every((part, index) => parts[index] === part))
  candidates.sort((a, b) => compareParts(b.parts ?? [], a.parts ?? []))
  return candidates[0]?.tag ?? null
}

/** Numbers of a release; pre-releases are none. */
function releaseParts(tag: string): readonly number[] | null {
  const match = /^v?(\d+)\.(\d+)\.(\d+)(\+.*)?$/.exec(tag)
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : null
}

function compareParts(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((part, at) => part !== b[at])
  return index === -1 ? 0 : (a[index] ?? 0) - (b[index] ?? 0)
}
