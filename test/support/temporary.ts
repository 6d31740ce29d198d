// Temporary folders whose names bear the run, so that a forgotten one fails it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testRun } from './test-run.ts'

export type TemporaryFolder = {
  readonly path: string
  readonly remove: () => Promise<void>
}

export async function createTemporaryFolder(prefix = 'slipway-test'): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), `${prefix}-${testRun()}-`))
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) }
}
