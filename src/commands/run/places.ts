// Where runs keep what outlives them: under the user's cache folder, never in the working copy.
import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { RunInput } from './run-input.ts'

/** Caches of one working copy; what a protected branch keeps, no other branch writes. */
export function cachesFolder(
  environment: NodeJS.ProcessEnv,
  { copy, context }: Pick<RunInput, 'copy' | 'context'>,
): string {
  const name = createHash('sha256').update(copy.folder).digest('hex').slice(0, 16)
  return join(home(environment), 'caches', name, context.isRefProtected ? 'protected' : 'branch')
}

/** Which runs live now. */
export function recordsFolder(environment: NodeJS.ProcessEnv): string {
  return join(home(environment), 'running')
}

function home(environment: NodeJS.ProcessEnv): string {
  return join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'slipway', 'run')
}
