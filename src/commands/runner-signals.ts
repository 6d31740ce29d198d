// What ends a runner, or makes it begin anew. First SIGTERM, SIGINT or SIGQUIT: no more jobs, those that run may end until the
// deadline, then they are left for the next process. The second one cancels them.
import { messageOf } from '../kit/errors.ts'
import type { Log } from '../kit/log.ts'
import type { RunnerConfig } from '../runner/config.ts'
import type { Daemon } from '../runner/daemon.ts'

/** SIGHUP: with a new configuration without mistakes the jobs are handed over to it, as to another process. */
export function reloadOnSignal(
  daemon: Daemon,
  load: () => Promise<RunnerConfig>,
  log: Log,
): { readonly config: () => RunnerConfig | null } {
  let next: RunnerConfig | null = null
  const stop = onSignals(['SIGHUP'], async () => {
    try {
      next = await load()
      log.info('goes on with the new configuration')
      daemon.drain()
      daemon.stopJobs('hand_over')
    } catch (error) {
      log.error({ err: messageOf(error) }, 'the new configuration is not used')
    }
  })
  void daemon.ended.then(stop)
  return { config: () => next }
}

export function endOnSignals(daemon: Daemon, config: RunnerConfig, log: Log): void {
  let count = 0
  let deadline: NodeJS.Timeout | undefined
  const end = (signal: NodeJS.Signals) => {
    count += 1
    daemon.drain()
    if (count === 1) {
      log.info({ signal, running: daemon.jobs().length, drainTimeoutMs: config.drainTimeoutMs }, 'takes no more jobs')
      deadline = setTimeout(() => daemon.stopJobs('hand_over'), config.drainTimeoutMs)
    } else {
      log.info({ signal, running: daemon.jobs().length }, 'cancels its jobs')
      daemon.stopJobs('cancel')
    }
  }
  const stop = onSignals(['SIGTERM', 'SIGINT', 'SIGQUIT'], end)
  void daemon.ended.then(() => {
    clearTimeout(deadline)
    stop()
  })
}

/** Whoever started this holds the other end of standard input: when it closes, they are gone, however they ended. */
export function endWithParent(daemon: Daemon): void {
  const leave = () => {
    daemon.drain()
    daemon.stopJobs('hand_over')
  }
  process.stdin.once('close', leave)
  process.stdin.resume()
  void daemon.ended.then(() => process.stdin.off('close', leave))
}

export function onSignals(signals: readonly NodeJS.Signals[], act: (signal: NodeJS.Signals) => unknown): () => void {
  for (const signal of signals) process.on(signal, act)
  return () => {
    for (const signal of signals) process.off(signal, act)
  }
}
