// How a job's processes are made to end.
import type Docker from 'dockerode'

/** TERM to every process but the first, whose trap ends it when its child has ended; KILL after the grace. */
export function endOnAbort(
  container: Docker.Container,
  graceMs: number,
  signal: AbortSignal,
): { readonly stop: () => void } {
  let kill: NodeJS.Timeout | undefined
  const end = () => {
    kill = setTimeout(() => container.kill().catch(() => {}), graceMs) // ended by itself: nothing to kill
    terminate(container).catch(() => container.kill().catch(() => {})) // no shell to say it with: the hard way
  }
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  return {
    stop: () => {
      clearTimeout(kill)
      signal.removeEventListener('abort', end)
    },
  }
}

async function terminate(container: Docker.Container): Promise<void> {
  const exec = await container.exec({ Cmd: ['sh', '-c', 'kill -TERM -1'] })
  const answer = await exec.start({ Detach: true })
  answer.resume() // an answer that nobody reads would hold its connection, and with it the process
}
