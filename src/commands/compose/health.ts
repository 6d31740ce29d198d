// Readiness and metrics: can the server take pushes and jobs, and how does it do?
import { access, constants } from 'node:fs/promises'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { messageOf } from '../../kit/errors.ts'
import { connectToAct, pingRedis, type RedisPlace } from '../../redis/connection.ts'
import { type JobStatus, jobStatuses } from '../../run/model.ts'
import type { RunnerStore, RunReader } from '../../run/store-ports.ts'
import type { Health } from '../../server/ports.ts'
import { type Database, pingDatabase } from '../../store/database.ts'

const shownStatuses: readonly JobStatus[] = jobStatuses.filter(status =>
  ['pending', 'running', 'waiting_for_resource', 'scheduled', 'manual'].includes(status),
)

export function createHealth(deps: {
  readonly database: Database
  readonly redis: RedisPlace
  readonly dataFolder: string
  readonly reads: RunReader
  readonly runners: RunnerStore
}): Health & { readonly close: () => Promise<void> } {
  const connection = connectToAct(deps.redis.url)
  const metrics = createMetrics(deps)
  const checks: Readonly<Record<string, () => Promise<string | null>>> = {
    database: () => failureOf(pingDatabase(deps.database)),
    redis: () => pingRedis(connection),
    data: () => failureOf(access(deps.dataFolder, constants.W_OK)),
  }
  return {
    async ready() {
      const found = await Promise.all(
        Object.entries(checks).map(async ([name, check]) => [name, await check()] as const),
      )
      return {
        ready: found.every(([, failure]) => failure === null),
        checks: Object.fromEntries(found.map(([name, failure]) => [name, failure ?? 'ok'])),
      }
    },
    metrics: async () => ({ contentType: metrics.contentType, text: await metrics.metrics() }),
    async close() {
      connection.disconnect()
    },
  }
}

function createMetrics({ reads, runners }: { readonly reads: RunReader; readonly runners: RunnerStore }): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const page = { page: 1, perPage: 1 }
  new Gauge({
    name: 'slipway_jobs',
    help: 'Jobs that have not ended, by status',
    labelNames: ['status'],
    registers: [registry],
    async collect() {
      for (const status of shownStatuses)
        this.set({ status }, (await reads.jobs({ statuses: [status], kind: 'build' }, page)).total)
    },
  })
  new Gauge({
    name: 'slipway_runners',
    help: 'Runners that are registered',
    registers: [registry],
    async collect() {
      this.set((await runners.list({}, page)).total)
    },
  })
  return registry
}

async function failureOf(work: Promise<unknown>): Promise<string | null> {
  try {
    await work
    return null
  } catch (error) {
    return messageOf(error)
  }
}
