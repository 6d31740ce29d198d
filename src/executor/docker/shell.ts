// The shell of a job: the container's start with its input and output attached, and what follows when either end of
// the connection breaks. The engine keeps the output as well (log driver `local`), so a reader that lost the stream
// reads it again from the beginning and leaves out what it has.

import type { Duplex, Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type Docker from 'dockerode'
import { AppError, messageOf } from '../../kit/errors.ts'
import type { StepEnd, StepOrder } from '../port.ts'
import { createDemultiplexer } from './demultiplex.ts'
import { mayBeEngine, whenEngineAnswers } from './engine-return.ts'
import { startTwiceAtMost } from './start-container.ts'
import { endOnAbort } from './stop-shell.ts'

export type Shell = { readonly container: Docker.Container; readonly stream: Duplex }

/** Attached before the start, so that no byte can be missed; it waits for its script. */
export async function startShell(container: Docker.Container): Promise<Shell> {
  try {
    return { container, stream: await startTwiceAtMost(() => attachAndStart(container)) }
  } catch (cause) {
    throw new AppError('container_failed', startProblem(cause), { cause })
  }
}

async function attachAndStart(container: Docker.Container): Promise<Duplex> {
  const stream = (await container.attach({
    stream: true,
    stdin: true,
    stdout: true,
    stderr: true,
    hijack: true,
  })) as unknown as Duplex
  stream.pause()
  try {
    await container.start()
  } catch (error) {
    stream.destroy()
    throw error
  }
  return stream
}

/** So soon after the end of its output a container has ended as well. */
const endsWithinMs = 300

export async function followShell(
  {
    docker,
    container,
    shell,
    killMs,
  }: {
    readonly docker: Docker
    readonly container: Docker.Container
    readonly shell: Shell | null
    /** After KILL: who has not ended then is left behind with `container_stuck`. */
    readonly killMs: number
  },
  step: StepOrder,
  signal: AbortSignal,
): Promise<StepEnd> {
  const ending = endOnAbort(container, { graceMs: step.graceMs, killMs }, signal)
  const leave = AbortSignal.any([step.detach, ending.stuck])
  const cut = () => shell?.stream.destroy()
  leave.addEventListener('abort', cut, { once: true })
  try {
    if (shell !== null && step.script !== null) await feed(shell.stream, step)
    const output = createOutput(step)
    if (shell !== null) await pump(shell.stream, output, leave)
    return await followToEnd(docker, container, { output, isFresh: shell === null, leave })
  } finally {
    ending.stop()
    leave.removeEventListener('abort', cut)
    cut()
  }
}

type Output = {
  /** All bytes of the container's output that have passed, those left out too. */
  readonly seenBytes: () => number
  readonly take: (bytes: Uint8Array) => Promise<void>
  /** The stream begins anew at the container's first byte. */
  readonly rewind: () => void
}

function createOutput(step: StepOrder): Output {
  let known = step.skipBytes
  let at = step.skipBytes
  return {
    seenBytes: () => known,
    rewind: () => {
      at = 0
    },
    take: async bytes => {
      const fresh = bytes.subarray(Math.min(bytes.length, Math.max(0, known - at)))
      at += bytes.length
      known = Math.max(known, at)
      if (fresh.length > 0) await step.onOutput(fresh)
    },
  }
}

async function feed(stream: Duplex, step: StepOrder): Promise<void> {
  await new Promise<void>(resolve => {
    // A shell that has ended already does not read; its exit code tells what there is to tell.
    stream.once('error', () => resolve())
    stream.end(step.script, () => resolve())
  })
  await step.onFed()
}

async function pump(stream: Readable, output: Output, leave: AbortSignal): Promise<void> {
  const cut = () => stream.destroy()
  leave.addEventListener('abort', cut, { once: true })
  const demultiplex = createDemultiplexer()
  try {
    for await (const chunk of stream) for (const part of demultiplex(chunk as Uint8Array)) await output.take(part)
  } catch {
    // The connection broke; whether the container did too is asked next.
  } finally {
    leave.removeEventListener('abort', cut)
  }
  leave.throwIfAborted()
}

async function followToEnd(
  docker: Docker,
  container: Docker.Container,
  { output, isFresh, leave }: { readonly output: Output; readonly isFresh: boolean; readonly leave: AbortSignal },
): Promise<StepEnd> {
  let engineWasAway = false
  for (let mustRead = isFresh; ; mustRead = true) {
    if (mustRead) {
      output.rewind()
      const logs = await whenEngineAnswers(
        () => container.logs({ follow: true, stdout: true, stderr: true, abortSignal: leave }),
        () => {
          engineWasAway = true
        },
        leave,
      )
      if (logs === null) return { exitCode: 137, oomKilled: false, engineLost: true }
      await pump(logs as unknown as Readable, output, leave)
    }
    const outputEndedAt = performance.now()
    const state = await endState(
      container,
      () => {
        engineWasAway = true
      },
      leave,
    )
    if (state === null) return { exitCode: 137, oomKilled: false, engineLost: true }
    if (state.Running) continue
    // A container that ran on after its output's end was cut off from it: the engine has the rest.
    const wasCut = engineWasAway || performance.now() - outputEndedAt > endsWithinMs
    if (wasCut && !mustRead) continue
    return {
      exitCode: state.ExitCode,
      oomKilled: state.OOMKilled,
      engineLost: engineWasAway && !state.OOMKilled && (await mayBeEngine(docker, state.ExitCode)),
    }
  }
}

/** After the output's end the container is about to end, or the connection was cut and it runs on. */
async function endState(container: Docker.Container, onAway: () => void, signal: AbortSignal) {
  const look = () => container.inspect({ abortSignal: signal })
  const firstLook = await whenEngineAnswers(look, onAway, signal)
  if (firstLook === null || !firstLook.State.Running) return firstLook?.State ?? null
  const ended = whenEngineAnswers(() => container.wait({ abortSignal: signal }), onAway, signal)
  await Promise.race([ended, sleep(2000)])
  return (await whenEngineAnswers(look, onAway, signal))?.State ?? null
}

function startProblem(cause: unknown): string {
  const text = messageOf(cause)
  if (/executable file not found|no such file or directory/.test(text))
    return `the image has no shell that its entrypoint can start: ${text}`
  return `the job's container does not start: ${text}`
}
