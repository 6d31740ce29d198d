import { change, getJson } from './client.ts'
import { type DeletionPreview, registryUrl } from './registry.ts'

export type CleanupRules = {
  readonly enabled: boolean
  readonly cadence: string
  readonly keep_n: number | null
  readonly older_than: string | null
  readonly name_regex: string | null
  readonly name_regex_keep: string | null
}
export type CleanupPolicy = CleanupRules & {
  readonly next_run_at: string | null
  readonly last_run: {
    readonly finished_at: string
    readonly deleted_tags: number
    readonly unfinished: boolean
  } | null
}

export type CleanupPreview = readonly (DeletionPreview & { readonly path: string })[]

type PreviewAnswer = {
  readonly repositories: readonly {
    readonly path: string
    readonly deletes: readonly { readonly name: string }[]
    readonly keeps: readonly { readonly name: string; readonly reason: string }[]
    readonly freed_bytes: number
  }[]
}

export function readPolicy(project: string, signal: AbortSignal): Promise<CleanupPolicy> {
  return getJson<CleanupPolicy>(registryUrl(project, 'cleanup_policy'), { signal })
}

export function savePolicy(project: string, rules: CleanupRules): Promise<CleanupPolicy> {
  return change<CleanupPolicy>('PUT', registryUrl(project, 'cleanup_policy'), { body: rulesOnly(rules) })
}

/** What the rules would delete now, saved or not. */
export async function previewPolicy(project: string, rules: CleanupRules): Promise<CleanupPreview> {
  const path = registryUrl(project, 'cleanup_policy/preview')
  const { repositories } = await change<PreviewAnswer>('POST', path, { body: rulesOnly(rules) })
  return repositories.map(({ path: name, deletes, keeps, freed_bytes }) => ({
    path: name,
    tags: deletes.map(tag => tag.name),
    kept: keeps.map(tag => ({ tag: tag.name, reason: keepWords[tag.reason] ?? tag.reason })),
    freed_bytes,
  }))
}

export function runPolicy(project: string): Promise<{ readonly deleted_tags: number }> {
  return change('POST', registryUrl(project, 'cleanup_policy/run'))
}

const keepWords: Readonly<Record<string, string>> = {
  latest: 'latest is always kept',
  name_regex: 'it does not match',
  name_regex_keep: 'it matches what is kept',
  protected: 'it is protected',
  in_use: 'an environment or a job uses it',
  keep_n: 'it is one of the newest',
  older_than: 'it is too young',
}

function rulesOnly({ enabled, cadence, keep_n, older_than, name_regex, name_regex_keep }: CleanupRules): CleanupRules {
  return { enabled, cadence, keep_n, older_than, name_regex, name_regex_keep }
}
