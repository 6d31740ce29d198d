// How a job's processes are made to end: TERM to every process but the first, whose trap ends it when its child has ended;
// KILL after the grace. What the kernel does not let end even then (state D) is left behind.
import type Docker from 'dockerode'
import { AppError } from '../../kit/errors.ts'

export type Ending = {
  /** Fires so long after KILL that nothing more is to be expected. */
  readonly stuck: AbortSignal
  readonly stop: () => void
}

export function endOnAbort(
  container: Docker.Container,
  { graceMs, killMs }: { readonly graceMs: number; readonly killMs: number },
  signal: AbortSignal,
): Ending {
  const stuck = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const end = () => {
    timer = setTimeout(() => {
      kill(container, stuck.signal)
      timer = setTimeout(() => stuck.abort(stuckAfter(killMs)), killMs)
    }, graceMs)
    terminate(container, stuck.signal).catch(() => kill(container, stuck.signal)) // no shell to say it with: the hard way
  }
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  return {
    stuck: stuck.signal,
    stop: () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
    },
  }
}

function kill(container: Docker.Container, abortSignal: AbortSignal): void {
  container.kill({ abortSignal }).catch(() => {}) // ended by itself: nothing to kill
}

async function terminate(container: Docker.Container, abortSignal: AbortSignal): Promise<void> {
  const exec = await container.exec({ Cmd: ['sh', '-c', 'kill -TERM -1'], abortSignal })
  const answer = await exec.start({ Detach: true, abortSignal })
  answer.resume() // an answer that nobody reads would hold its connection, and with it the process
}

function stuckAfter(killMs: number): AppError {
  return new AppError(
    'container_stuck',
    `the job's processes did not end within ${killMs / 1000} s after they were killed: their container is left behind, and removed when that is possible`,
  )
}
