// An engine that goes away may come back: what is asked waits for it, and an end meanwhile may have been its doing.
import { setTimeout as sleep } from 'node:timers/promises'
import type Docker from 'dockerode'
import { isGone } from './engine.ts'

/** How long an engine that went away may take to come back. */
const engineReturnMs = 60_000

/** Null: the engine did not come back in time, or it does not know the container any more. */
export async function whenEngineAnswers<T>(
  ask: () => Promise<T>,
  onAway: () => void,
  signal: AbortSignal,
): Promise<T | null> {
  const deadline = performance.now() + engineReturnMs
  for (let pauseMs = 50; performance.now() < deadline && !signal.aborted; pauseMs = Math.min(pauseMs * 2, 1000)) {
    try {
      return await ask()
    } catch (error) {
      if (isGone(error)) return null
      onAway()
      await sleep(pauseMs)
    }
  }
  signal.throwIfAborted()
  return null
}

/**
 * Whether an end while the engine was away may be its doing: with KILL; or with TERM, which a shell of ours answers by 1, as
 * an engine without live-restore says to what ran before it.
 */
export async function mayBeEngine(docker: Docker, exitCode: number): Promise<boolean> {
  if (exitCode === 137) return true
  if (exitCode !== 1 && exitCode !== 143) return false
  const { LiveRestoreEnabled } = (await docker.info()) as { LiveRestoreEnabled?: boolean }
  return LiveRestoreEnabled !== true
}
