import type { Diagnostic, Explanation, LeftOutJob } from '../../pipeline/model.ts'
import { change, projectUrl } from './client.ts'

export type LintJob = {
  readonly name: string
  readonly stage: string
  readonly when: string
  readonly needs?: readonly { readonly name: string }[] | null
  readonly tag_list?: readonly string[]
  readonly allow_failure?: boolean
}

export type LintResult = {
  readonly valid: boolean
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
  readonly merged_yaml: string | null
  readonly jobs?: readonly LintJob[] | null
  /** With places; GitLab's clients do not know it. */
  readonly slipway?: {
    readonly errors: readonly Diagnostic[]
    readonly warnings: readonly Diagnostic[]
    readonly explanations: readonly Explanation[]
    readonly left_out: readonly LeftOutJob[]
  }
}

/** Checks the text as if it stood in the repository at `ref`. */
export function lintText(project: string, content: string, ref: string): Promise<LintResult> {
  return change<LintResult>('POST', projectUrl(project, 'ci/lint'), {
    body: { content, dry_run: true, include_jobs: true, ref },
  })
}
