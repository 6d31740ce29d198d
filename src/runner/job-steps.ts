// The two scripts of a job. The server's mark that the script may run comes before its first byte reaches the shell;
// what is saved before and after each step tells a successor what may not happen again.
import type { Room, StepEnd } from '../executor/port.ts'
import { composeScript } from '../executor/script.ts'
import { AppError } from '../kit/errors.ts'
import { green, yellow } from '../kit/terminal-colors.ts'
import type { JobStep } from '../run/protocol.ts'
import type { JobContext, JobWorld } from './job-context.ts'
import { untilAnswered } from './retry.ts'
import { sectionEnd } from './sections.ts'
import { type StopReason, stopReasonOf } from './stop-reason.ts'

export async function runScript(context: JobContext, room: Room, world: JobWorld): Promise<void> {
  const { folder, sections, trace, signals } = context
  const { phase } = folder.state()
  if (phase !== 'preparing' && phase !== 'script') return
  const isResumed = phase === 'script'
  if (!isResumed) await begin(context, world)
  await sections.written()
  const section = isResumed ? null : sections.open('step_script', 'Executing "step_script" stage of the job script')
  await sections.written()
  const script = folder.payload.steps.find(step => step.name === 'script')
  if (isResumed && !folder.state().isFed) throw cutScript()
  const limit = scriptLimit(context)
  const signal = AbortSignal.any([signals.endScript, limit.signal])
  const end = await runStep(context, room, { step: script, isResumed, graceMs: world.settings.graceMs }, signal)
  limit.clear()
  await folder.save({ script: end, stop: stopReasonOf(signals.endScript) ?? stopReasonOf(limit.signal) })
  await trace.endLine()
  section?.end()
  await sections.written()
  if (isResumed) await trace.say(sectionEnd('step_script', world.clock))
  if (end.engineLost) return
  await folder.save({ phase: 'after_script', isFed: false })
}

export async function runAfterScript(context: JobContext, room: Room, world: JobWorld): Promise<void> {
  const { folder, sections, trace, signals } = context
  const step = folder.payload.steps.find(each => each.name === 'after_script')
  if (folder.state().phase !== 'after_script') return
  if (step === undefined || step.script.length === 0 || signals.rest.aborted) return
  const isResumed = folder.state().isFed
  const section = isResumed ? null : sections.open('after_script', 'Running after_script')
  section?.say(green('Running after script...'))
  await sections.written()
  const limit = AbortSignal.timeout(afterScriptSeconds(context, step) * 1000)
  const signal = AbortSignal.any([signals.endAfterScript, limit])
  const end = await runStep(context, room, { step, isResumed, graceMs: world.settings.graceMs }, signal)
  await trace.endLine()
  if (limit.aborted) await trace.say(`${yellow('WARNING: after_script took too long and was ended')}\n`)
  else if (end.exitCode !== 0 && !signals.rest.aborted) await heedFailure(end, context)
  section?.end()
  await sections.written()
  if (isResumed) await trace.say(sectionEnd('after_script', world.clock))
}

/** An after_script changes nothing of a job's end, unless the job asked that it should. */
async function heedFailure(end: StepEnd, { variables, folder, trace }: JobContext): Promise<void> {
  const counts = variables.find(variable => variable.key === 'AFTER_SCRIPT_IGNORE_ERRORS')?.value === 'false'
  const then = counts ? 'and AFTER_SCRIPT_IGNORE_ERRORS is false' : 'but job will continue unaffected'
  await trace.say(`${yellow(`WARNING: after_script failed, ${then}: exit code ${end.exitCode}`)}\n`)
  if (counts && folder.state().script?.exitCode === 0) await folder.save({ script: end })
}

async function begin({ folder, key, signals }: JobContext, { server, clock }: JobWorld): Promise<void> {
  const { work } = signals
  const answer = await untilAnswered(() => server.begin(key, work), clock, work)
  if (answer === 'stale') throw new AppError('lease_ended', 'the server gave the job to somebody else')
  await folder.save({ phase: 'script', isFed: false })
}

type Step = { readonly step: JobStep | undefined; readonly isResumed: boolean; readonly graceMs: number }

function runStep(
  context: JobContext,
  room: Room,
  { step, isResumed, graceMs }: Step,
  signal: AbortSignal,
): Promise<StepEnd> {
  return room.run(
    {
      script: isResumed ? null : scriptText(context, step?.script ?? []),
      skipBytes: context.trace.outputBytes(),
      onOutput: context.trace.takeOutput,
      onFed: () => context.folder.save({ isFed: true }),
      graceMs,
      detach: context.signals.leave,
    },
    signal,
  )
}

function scriptText({ folder, variables, order }: JobContext, lines: readonly string[]): string {
  const status = jobStatus(folder.state())
  const known = variables.filter(variable => variable.key !== 'CI_JOB_STATUS')
  return composeScript({
    lines,
    variables: [...known, { key: 'CI_JOB_STATUS', value: status, file: false }],
    projectDirectory: order.projectDirectory,
    fileDirectory: `${order.projectDirectory}.tmp`,
    xtrace: isTrue(variables.find(variable => variable.key === 'CI_DEBUG_TRACE')?.value),
  })
}

function jobStatus({ script, stop }: { readonly script: StepEnd | null; readonly stop: StopReason | null }): string {
  if (script === null) return 'running'
  if (stop?.kind === 'canceled') return 'canceled'
  if (stop?.kind === 'timed_out') return 'timedout'
  return script.exitCode === 0 ? 'success' : 'failed'
}

/** `RUNNER_SCRIPT_TIMEOUT` leaves time for after_script; the job's own timeout leaves none. */
function scriptLimit({ variables }: JobContext): { readonly signal: AbortSignal; readonly clear: () => void } {
  const timeoutSeconds = Number(variables.find(variable => variable.key === 'RUNNER_SCRIPT_TIMEOUT')?.value)
  const limit = new AbortController()
  const end = () => limit.abort({ kind: 'timed_out', timeoutSeconds } satisfies StopReason)
  const timer = timeoutSeconds > 0 ? setTimeout(end, timeoutSeconds * 1000) : undefined
  return { signal: limit.signal, clear: () => clearTimeout(timer) }
}

function afterScriptSeconds({ variables }: JobContext, step: JobStep): number {
  const asked = Number(variables.find(variable => variable.key === 'RUNNER_AFTER_SCRIPT_TIMEOUT')?.value)
  return asked > 0 ? asked : Math.min(step.timeout || 300, 300)
}

function cutScript(): AppError {
  return new AppError('container_failed', 'the runner was killed while it handed the script to the shell')
}

function isTrue(text: string | undefined): boolean {
  return text === 'true' || text === '1'
}
