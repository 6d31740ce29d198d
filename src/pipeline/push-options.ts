import type { Variable } from './context.ts'

/** What `git push -o ci.…` asks for. */
export interface PushOptions {
  /** `ci.skip`: a skipped pipeline for branches and tags. */
  readonly isSkipAsked: boolean
  /** `ci.no_pipeline`: nothing is recorded. */
  readonly isNoPipelineAsked: boolean
  /** `ci.variable=KEY=VALUE`: pipeline variables. */
  readonly variables: readonly Variable[]
  /** `ci.input=NAME=VALUE`: inputs of the configuration's header. */
  readonly inputs: Readonly<Record<string, string>>
}

export function parsePushOptions(options: readonly string[]): PushOptions {
  const pairs = (name: string) => options.flatMap(option => pairOf(option, `${name}=`) ?? [])
  return {
    isSkipAsked: options.includes('ci.skip'),
    isNoPipelineAsked: options.includes('ci.no_pipeline'),
    variables: pairs('ci.variable').map(({ key, value }) => ({ key, value })),
    inputs: Object.fromEntries(pairs('ci.input').map(({ key, value }) => [key, value])),
  }
}

/** Split at the first `=`; what has no key or no `=` is left alone. */
function pairOf(option: string, prefix: string): { readonly key: string; readonly value: string } | null {
  if (!option.startsWith(prefix)) return null
  const text = option.slice(prefix.length).replace(/^"(.*)"$/s, '$1')
  const equals = text.indexOf('=')
  return equals > 0 ? { key: text.slice(0, equals), value: text.slice(equals + 1) } : null
}
