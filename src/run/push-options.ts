// `git push -o …`: what GitLab knows about pipelines.
import type { RunVariable } from './records.ts'

export type PushWishes = {
  readonly isSkipAsked: boolean
  /** Nothing is recorded at all. */
  readonly isNoPipelineAsked: boolean
  readonly variables: readonly RunVariable[]
  readonly inputs: Readonly<Record<string, string>>
}

export function readPushOptions(options: readonly string[]): PushWishes {
  const assignments = (prefix: string): readonly (readonly [string, string])[] =>
    options
      .filter(option => option.startsWith(`${prefix}=`))
      .flatMap(option => {
        const text = option.slice(prefix.length + 1)
        const split = text.indexOf('=')
        return split <= 0 ? [] : [[text.slice(0, split), text.slice(split + 1)] as const]
      })
  return {
    isSkipAsked: options.includes('ci.skip'),
    isNoPipelineAsked: options.includes('ci.no_pipeline'),
    variables: assignments('ci.variable').map(([key, value]) => ({ key, value, type: 'env_var', raw: false })),
    inputs: Object.fromEntries(assignments('ci.input')),
  }
}
