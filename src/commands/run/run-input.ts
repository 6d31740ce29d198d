// From the working copy and the options to a compiled pipeline: what the options do not say, git tells.
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { PipelineContext } from '../../pipeline/context.ts'
import type { CompileResult } from '../../pipeline/model.ts'
import type { SourceFiles } from '../../pipeline/ports.ts'
import { compileWith, contextFrom, sourceFrom } from '../plan-input.ts'
import { defaultFile, type PlanOptions } from '../plan-options.ts'
import type { RunOptions } from './run-options.ts'
import { readWorkingCopy, type WorkingCopy } from './working-copy.ts'

export type RunInput = {
  readonly copy: WorkingCopy
  readonly context: PipelineContext
  readonly source: SourceFiles
  readonly result: CompileResult
}

/** @param isGiven whether the user wrote the option */
export async function readRunInput(options: RunOptions, isGiven: (option: string) => boolean): Promise<RunInput> {
  const { file } = options
  const copy = await readWorkingCopy(file === undefined || file === '-' ? process.cwd() : dirname(resolve(file)))
  const planOptions = withFacts({ ...options, file: file ?? defaultFileOf(copy) }, copy, isGiven)
  const context = withCommit(contextFrom(planOptions), copy, isGiven('message'))
  return { copy, context, source: sourceFrom(planOptions), result: await compileWith(planOptions, context) }
}

/** That of this folder, else that of the whole working copy. */
function defaultFileOf({ folder }: WorkingCopy): string {
  const ofCopy = join(folder, defaultFile)
  return !existsSync(defaultFile) && existsSync(ofCopy) ? ofCopy : defaultFile
}

function withFacts(options: PlanOptions, copy: WorkingCopy, isGiven: (option: string) => boolean): PlanOptions {
  const { ref } = copy
  const isRefGiven = isGiven('ref') || isGiven('tag')
  const branch = ref?.kind === 'branch' ? ref.name : null
  return {
    ...options,
    ...(!isRefGiven && ref !== null && { ref: ref.name, tag: ref.kind === 'tag' }),
    ...(!isGiven('projectPath') && copy.projectPath !== null && { projectPath: copy.projectPath }),
    ...(!isGiven('defaultBranch') && { defaultBranch: copy.defaultBranch ?? usualBranch(branch) }),
  }
}

/** Nobody told which it is: the one that is checked out, if it goes by a usual name. */
function usualBranch(branch: string | null): string {
  return branch === 'main' ? 'main' : 'master'
}

function withCommit(context: PipelineContext, { head, user }: WorkingCopy, isMessageGiven: boolean): PipelineContext {
  const base = { ...context, user, createdAt: new Date().toISOString(), pipelineIid: '1' }
  if (head === null) return base
  const { message } = isMessageGiven ? context.commit : head.commit
  return { ...base, sha: head.sha, commit: { ...head.commit, message } }
}
