// The server's side of the runner protocol without a server: the calls that a runner makes over HTTP end at the run itself.
import { compileCoverage } from '../../logs/coverage.ts'
import type { CancelFeed, JobWord, LeaseKey, ServerClient } from '../../runner/ports.ts'
import { outcomeOf } from '../../server/runner-api/outcome-of.ts'
import type { LocalArtifacts } from './local-artifacts.ts'
import type { LocalCaches } from './local-caches.ts'
import type { LocalRun } from './local-run.ts'

export type LocalServerDeps = {
  readonly run: LocalRun
  readonly artifacts: LocalArtifacts
  readonly caches: LocalCaches
  readonly logs: JobLogs
}

/** Where logs go. The bytes of one job come in order. */
export type JobLogs = {
  readonly take: (jobId: number, bytes: Uint8Array) => void
  readonly end: (jobId: number) => void
}

export function createLocalServer(deps: LocalServerDeps): ServerClient & CancelFeed {
  const { run, artifacts, caches, logs } = deps
  const coverage = createCoverageLogs(run)
  const received = new Map<number, number>()

  function wordFor(jobId: number): JobWord {
    const status = run.job(jobId)?.job.status
    return status === 'running' || status === 'canceling' ? status : 'stale'
  }

  return {
    describe: async () => ({ id: 1, tags: [], redis: null, classes: [] }),
    claim: async ({ jobId }) => run.take(jobId),
    async request(signal) {
      signal.throwIfAborted()
      await run.ready(signal)
      return run.take(null)
    },
    async heartbeat(leases) {
      run.dropLost(new Set(leases.map(lease => lease.jobId)))
      const words = leases.map(({ jobId }) => ({ jobId, word: wordFor(jobId) }))
      const withWord = (word: JobWord) => words.filter(each => each.word === word).map(each => each.jobId)
      return { ended: withWord('stale'), canceling: withWord('canceling') }
    },
    async begin({ jobId }) {
      if (wordFor(jobId) === 'stale') return 'stale'
      run.begin(jobId)
      return 'begun'
    },
    async appendTrace({ jobId }, { startByte, bytes }) {
      const known = received.get(jobId) ?? 0
      if (startByte > known) return { kind: 'gap', endByte: known }
      const fresh = bytes.subarray(known - startByte)
      received.set(jobId, known + fresh.length)
      logs.take(jobId, fresh)
      coverage.take(jobId, fresh)
      const word = wordFor(jobId)
      return word === 'stale' ? { kind: 'stale' } : { kind: 'accepted', endByte: known + fresh.length, word }
    },
    async update({ jobId }: LeaseKey, update) {
      if (wordFor(jobId) === 'stale') return 'stale'
      const outcome = outcomeOf(update)
      if (outcome === null) return 'accepted'
      logs.end(jobId)
      run.finish(jobId, outcome, coverage.of(jobId))
      return 'accepted'
    },
    uploadArtifact: ({ jobId }, upload) => artifacts.store(jobId, upload),
    downloadArtifact: async jobId => artifacts.open(jobId),
    cacheDigest: (_key, cacheKey) => caches.digest(cacheKey),
    async downloadCache(_key, cacheKey) {
      const stream = await caches.open(cacheKey)
      return stream === null ? null : { stream, sha256: null }
    },
    uploadCache: (_key, cache) => caches.store(cache),
    async listen(onCancel) {
      run.onCancel(onCancel)
      return { close: async () => {} }
    },
  }
}

/** Logs are kept only of jobs that want a coverage read from them. */
function createCoverageLogs(run: LocalRun) {
  const chunks = new Map<number, Uint8Array[]>()
  const patternOf = (jobId: number): string | null => {
    const owned = run.job(jobId)
    return owned?.owner.pipeline.planOf(owned.job).coverage ?? null
  }
  return {
    take(jobId: number, bytes: Uint8Array): void {
      if (patternOf(jobId) === null) return
      chunks.set(jobId, [...(chunks.get(jobId) ?? []), bytes])
    },
    of(jobId: number): number | null {
      const regex = compileCoverage(patternOf(jobId) ?? '')
      const text = Buffer.concat(chunks.get(jobId) ?? []).toString('utf8')
      chunks.delete(jobId)
      return text === '' ? null : (regex?.findIn(text) ?? null)
    },
  }
}
