// What a file would do in a project at a ref: nothing is made of it.
import type { UserActor } from '../access/model.ts'
import { compile } from '../pipeline/compile.ts'
import { mergedYaml } from '../pipeline/merged.ts'
import type { CompileResult } from '../pipeline/model.ts'
import { type GatherDeps, gatherContext } from './creation-context.ts'
import { pipelineRequest } from './pipeline-request.ts'
import type { Ref } from './records.ts'

export type LintWish = {
  readonly projectId: number
  readonly ref: Ref
  /** Null: the file of the repository. */
  readonly content: string | null
  readonly user: UserActor
  /** As a real pipeline: with the project's variables, which may decide rules. Needs the right to start one on the ref. */
  readonly isDryRun: boolean
}

export type LintAnswer =
  | { readonly kind: 'read'; readonly result: CompileResult; readonly mergedYaml: string | null }
  | {
      readonly kind: 'refused'
      readonly reason: 'forbidden' | 'no_file' | 'no_commit' | 'ci_disabled'
      readonly message: string
    }

export type Lint = (wish: LintWish) => Promise<LintAnswer>

const noLevels = { instance: [], groups: [], project: [] }

export function createLint(deps: GatherDeps): Lint {
  return async ({ projectId, ref, content, user, isDryRun }) => {
    // A rule could ask for a protected variable letter by letter: only who may use it sees what it decides.
    if (isDryRun && !(await deps.directory.mayRun(user.userId, projectId, ref))) {
      return { kind: 'refused', reason: 'forbidden', message: `you may not start pipelines on ${ref.name}` }
    }
    const variables = isDryRun ? deps.variables : { levels: async () => noLevels }
    const gathered = await gatherContext(
      { ...deps, variables },
      pipelineRequest({ projectId, ref, source: 'push', userId: user.userId, config: content }),
    )
    if (gathered.kind === 'none')
      return { kind: 'refused', reason: refusals[gathered.reason] ?? 'ci_disabled', message: gathered.message }
    const { context, config } = gathered
    if (config === null)
      return { kind: 'refused', reason: 'no_file', message: `there is no ${context.configPath} at ${ref.name}` }
    const files = deps.repositories.sourceFiles({ projectId, sha: context.sha, user, parentPipelineId: null })
    const [result, merged] = await Promise.all([compile(config, context, files), mergedYaml(config, context, files)])
    return { kind: 'read', result, mergedYaml: merged }
  }
}

const refusals: Readonly<Record<string, 'forbidden' | 'no_commit' | 'ci_disabled'>> = {
  forbidden: 'forbidden',
  no_commit: 'no_commit',
  ci_disabled: 'ci_disabled',
}
