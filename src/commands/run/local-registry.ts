// A registry of the run's own, under the name that the pipeline expects: what jobs push is there for later jobs, and gone
// with the run. It is the server's registry over a temporary folder.
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { AppError, messageOf } from '../../kit/errors.ts'
import { createPost } from '../../kit/post.ts'
import type { PipelineContext } from '../../pipeline/context.ts'
import type { RegistryEvent } from '../../registry/ports.ts'
import { createRegistry } from '../../registry/registry.ts'
import { createFileStorage } from '../../registry/storage-fs.ts'
import type { PushedImage } from '../../run/records.ts'
import { openDatabase } from '../../store/database.ts'
import { createRegistryStore } from '../../store/registry/registry-store.ts'
import { createLocalAccess, projectId } from './local-access.ts'
import type { LocalRun } from './local-run.ts'

export type LocalRegistry = {
  /** Where this host has it. */
  readonly url: string
  readonly close: () => Promise<void>
}

export type LocalRegistryOptions = {
  readonly folder: string
  /** As jobs name it. */
  readonly host: string
  readonly context: PipelineContext
  readonly run: LocalRun
  readonly onPush: (image: PushedImage) => void
  readonly onProblem: (message: string, error: unknown) => void
}

export async function openLocalRegistry(options: LocalRegistryOptions): Promise<LocalRegistry> {
  const { folder, host, context, run, onPush, onProblem } = options
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 75_000 })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const database = await openDatabase(':memory:')
  const registry = createRegistry({
    store: createRegistryStore(database),
    storage: await createFileStorage(join(folder, 'registry')),
    access: createLocalAccess(run, context),
    jobs: { running: async jobId => runningJob(run, jobId) },
    uses: { inUse: async () => [] },
    pipelines: { start: () => Promise.reject(noServer('pipelines that follow an image')) },
    projectPath: async id => (id === projectId ? context.project.path : null),
    signingKey: randomBytes(32),
    url: `http://${host}`,
    hosts: [address],
    onEvent: async event => tellPush(event, run, onPush),
    audit: async () => {}, // the only ones who come here are the jobs of this run, and their logs are on the screen
    onBug: (error, what) => onProblem(`the registry failed: ${what}`, messageOf(error)),
    post: createPost({ mayReachInner: false }),
    openSecret: () => {
      throw noServer('webhooks')
    },
    clock: Date.now,
    random: Math.random,
  })
  server.on('request', (request, response) => void registry.handle(request, response))
  return {
    url: `http://${address}`,
    async close() {
      await new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
      await registry.close()
      await database.destroy()
    },
  }
}

function runningJob(run: LocalRun, jobId: number) {
  const owned = run.job(jobId)
  if (owned === null || (owned.job.status !== 'running' && owned.job.status !== 'canceling')) return null
  return { pipelineId: owned.owner.pipeline.id, commitSha: owned.owner.context.sha }
}

function tellPush(
  { action, actor, repository, tag, digest }: RegistryEvent,
  run: LocalRun,
  onPush: (image: PushedImage) => void,
) {
  const owned = actor.kind === 'job' ? run.job(actor.jobId) : null
  if (action !== 'push' || owned === null) return
  onPush({ jobId: owned.job.id, pipelineId: owned.owner.pipeline.id, repository, tag, digest })
}

function noServer(what: string): AppError {
  return new AppError('no_server', `${what} need a server`)
}
