import { compile } from '../../src/pipeline/compile.ts'
import { type ContextOverrides, contextOf } from '../../src/pipeline/context-defaults.ts'
import type { CompileResult, JobPlan, Plan } from '../../src/pipeline/model.ts'
import { noSourceFiles, type SourceFiles } from '../../src/pipeline/ports.ts'

/** Compiles a text for a push to `master`, unless said otherwise. */
export function compileText(
  text: string,
  overrides: ContextOverrides = {},
  files: Partial<SourceFiles> = {},
): Promise<CompileResult> {
  return compile(text, contextOf(overrides), { ...noSourceFiles, ...files })
}

/** The plan of a text that makes a pipeline; anything else fails the test with what came instead. */
export async function planOf(
  text: string,
  overrides: ContextOverrides = {},
  files: Partial<SourceFiles> = {},
): Promise<Plan> {
  const result = await compileText(text, overrides, files)
  if (result.valid && result.created) return result.plan
  throw new Error(`no plan: ${result.valid ? result.message : result.errors.map(each => each.message).join('\n')}`)
}

export async function jobOf(text: string, name: string, overrides: ContextOverrides = {}): Promise<JobPlan> {
  const plan = await planOf(text, overrides)
  const job = plan.jobs.find(each => each.name === name)
  if (!job) throw new Error(`no job ${name} among ${plan.jobs.map(each => each.name).join(', ')}`)
  return job
}

/** Names of the jobs that are in; an empty list when there is no pipeline. */
export async function namesOf(text: string, overrides: ContextOverrides = {}): Promise<readonly string[]> {
  const result = await compileText(text, overrides)
  if (!result.valid) throw new Error(result.errors.map(each => each.message).join('\n'))
  return result.created ? result.plan.jobs.map(job => job.name) : []
}

/** The messages of an invalid text; a valid one gives an empty list. */
export async function messagesOf(
  text: string,
  overrides: ContextOverrides = {},
  files: Partial<SourceFiles> = {},
): Promise<readonly string[]> {
  const result = await compileText(text, overrides, files)
  return result.valid ? [] : result.errors.map(each => each.message)
}
