// The registry as a door of the server: `/v2/` and `/jwt/auth`, with its records in SQL and its blobs in the data folder.
import { join } from 'node:path'
import type { Access } from '../access/ports.ts'
import { readOrCreateKey } from '../kit/key-file.ts'
import type { Log } from '../kit/log.ts'
import type { RegistryEvent, RunningJobs } from '../registry/ports.ts'
import { createRegistry, type Registry } from '../registry/registry.ts'
import { createFileStorage } from '../registry/storage-fs.ts'
import type { Database } from '../store/database.ts'
import { createRegistryStore } from '../store/registry/registry-store.ts'

export type RegistryDoorDeps = {
  readonly database: Database
  readonly dataFolder: string
  readonly access: Access
  readonly jobs: RunningJobs
  /** As docker sees it. */
  readonly registryUrl: string
  readonly onEvent: (event: RegistryEvent) => Promise<void>
  readonly log: Log
}

const keyBytes = 32

/** A raw handler; `close` it after the server has stopped taking requests. */
export async function openRegistry(deps: RegistryDoorDeps): Promise<Registry> {
  const { database, dataFolder, access, jobs, registryUrl, onEvent, log } = deps
  return createRegistry({
    store: createRegistryStore(database),
    storage: await createFileStorage(join(dataFolder, 'registry')),
    signingKey: await readOrCreateKey(join(dataFolder, 'keys', 'registry'), keyBytes),
    access,
    jobs,
    url: registryUrl,
    onEvent,
    onBug: (error, what) => log.error({ err: error, what }, 'the registry failed'),
    clock: Date.now,
  })
}
