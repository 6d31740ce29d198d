// One suite for every keeper of run state.
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createVault } from '../../../src/access/vault.ts'
import { demandClassOf } from '../../../src/run/demand.ts'
import { firstAttempt } from '../../../src/run/job-moves.ts'
import { jobRuleOf } from '../../../src/run/job-rule.ts'
import { openMachine } from '../../../src/run/machine.ts'
import type { JobState, RunChange, RunSnapshot } from '../../../src/run/machine-model.ts'
import type { NewPipeline, PendingJobs, RunStore } from '../../../src/run/store-ports.ts'
import { type Database, openDatabase } from '../../../src/store/database.ts'
import { createRunStores } from '../../../src/store/run/run-stores.ts'
import { planOf } from '../../support/run/compiled.ts'
import { createMemoryRunStore } from '../../support/run/memory-run-store.ts'
import { insertProjects } from '../../support/run/run-world.ts'

const at = '2026-01-01T12:00:00.000Z'

type Subject = { readonly store: RunStore; readonly pending: PendingJobs; readonly close: () => Promise<void> }

const keepers: readonly (readonly [string, () => Promise<Subject>])[] = [
  [
    'in memory',
    async () => {
      const store = createMemoryRunStore()
      return { store, pending: store.pending, close: async () => {} }
    },
  ],
  [
    'in SQL',
    async () => {
      const database: Database = await openDatabase(':memory:')
      await insertProjects(database)
      const { store, pending } = createRunStores({ database, vault: createVault(randomBytes(32)) })
      return { store, pending, close: () => database.destroy() }
    },
  ],
]

describe.each(keepers)('run state %s', (_name, open) => {
  let subject: Subject
  beforeEach(async () => {
    subject = await open()
  })
  afterEach(() => subject.close())

  it('gives ids that are never given twice, and numbers that count per project', async () => {
    const first = await create(subject, 'a: {script: x}\nb: {script: x}')
    const second = await create(subject, 'a: {script: x}', { projectId: 2 })
    const third = await create(subject, 'a: {script: x}')
    expect([first.iid, second.iid, third.iid]).toEqual([1, 1, 2])
    expect(second.firstJobId).toBe(first.firstJobId + 2)
    const reserved = await subject.store.reserveJobIds(3)
    expect(reserved).toBeGreaterThan(third.firstJobId)
    expect((await create(subject, 'a: {script: x}')).firstJobId).toBe(reserved + 3)
  })

  it('loads what was created, job for job', async () => {
    const { id, firstJobId } = await create(
      subject,
      'b: {script: x, needs: [a], retry: 2}\na: {stage: build, script: x}',
    )
    const snapshot = await subject.store.load(id)
    expect(snapshot).toMatchObject({ pipelineId: id, projectId: 1, version: 1, pipeline: { status: 'pending' } })
    expect(snapshot?.jobs).toMatchObject([
      { id: firstJobId, status: 'pending', demandClass: 'untagged.protected', rule: { name: 'a', needs: null } },
      { id: firstJobId + 1, status: 'created', rule: { name: 'b', needs: ['a'], retry: { max: 2 } } },
    ])
    expect(await subject.store.load(id + 100)).toBeNull()
  })

  it('saves a change only over the version that it builds on', async () => {
    const { id } = await create(subject, 'a: {script: x}')
    const snapshot = await loaded(subject, id)
    const change = changeOf(snapshot, [{ ...jobOf(snapshot), status: 'running', runnerId: 1, lease: 1, startedAt: at }])
    expect(await subject.store.save(change)).toBe(true)
    expect(await subject.store.save({ ...change, pipeline: { ...change.pipeline, status: 'failed' } })).toBe(false)
    const after = await loaded(subject, id)
    expect(after).toMatchObject({ version: 2, pipeline: { status: 'running' } })
    expect(jobOf(after)).toMatchObject({ status: 'running', runnerId: 1, lease: 1, startedAt: at })
  })

  it('keeps the old row of a retried job, and loads the new one', async () => {
    const { id } = await create(subject, 'a: {script: x, tags: [big]}')
    const snapshot = await loaded(subject, id)
    const old: JobState = {
      ...jobOf(snapshot),
      status: 'failed',
      isRetried: true,
      failureReason: 'script_failure',
      exitCode: 3,
    }
    const newId = await subject.store.reserveJobIds(1)
    const next = {
      ...firstAttempt({ id: newId, rule: old.rule, demandClass: old.demandClass, attempt: 1, createdAt: at }),
      status: 'pending' as const,
      queuedAt: at,
    }
    const change = { ...changeOf(snapshot, [old]), added: [{ ...next, retriedJobId: old.id }] }
    expect(await subject.store.save(change)).toBe(true)
    expect((await loaded(subject, id)).jobs).toMatchObject([
      { id: newId, attempt: 1, status: 'pending', rule: { name: 'a' } },
    ])
    expect(await nextJob(subject)).toMatchObject({ jobId: newId, lease: 1, demandClass: 'big.protected' })
  })

  it('remembers claims by their nonce', async () => {
    const { id } = await create(subject, 'a: {script: x}')
    const snapshot = await loaded(subject, id)
    const job: JobState = { ...jobOf(snapshot), status: 'running', runnerId: 5, lease: 1, startedAt: at }
    const claim = { jobId: job.id, nonce: 'n', jobTokenHash: 'j', leaseTokenHash: 'l' }
    await subject.store.save({ ...changeOf(snapshot, [job]), claims: [claim] })
    expect(await subject.pending.claimByNonce(5, 'n')).toEqual({ jobId: job.id, lease: 1 })
    expect(await subject.pending.claimByNonce(6, 'n')).toBeNull()
    expect(await subject.pending.claimByNonce(5, 'm')).toBeNull()
  })

  it('finds the next job by priority, then by the fewest running jobs, then by age', async () => {
    const scheduled = await create(subject, 's: {script: x}', { priority: -1 })
    const own = await create(subject, 'a: {script: x}\nb: {script: x}')
    const other = await create(subject, 'c: {script: x}', { projectId: 2 })
    const taken: number[] = []
    const take = async (pipelineId: number): Promise<void> => {
      const next = await nextJob(subject)
      const snapshot = await loaded(subject, pipelineId)
      const job = snapshot.jobs.find(each => each.id === next?.jobId)
      if (job === undefined) throw new Error(`expected a job of pipeline ${pipelineId}, found ${next?.jobId}`)
      taken.push(job.id)
      await subject.store.save(
        changeOf(snapshot, [{ ...job, status: 'running', runnerId: 1, lease: 1, startedAt: at }]),
      )
    }
    await take(own.id)
    await take(other.id)
    await take(own.id)
    await take(scheduled.id)
    expect(taken).toEqual([own.firstJobId, other.firstJobId, own.firstJobId + 1, scheduled.firstJobId])
    expect(await nextJob(subject)).toBeNull()
  })

  it('leaves out what is excepted, other classes and other projects', async () => {
    const own = await create(subject, 'a: {script: x}\nb: {script: x, tags: [big]}')
    const other = await create(subject, 'c: {script: x}', { projectId: 2 })
    const next = (wish: Partial<Parameters<PendingJobs['next']>[0]>) =>
      subject.pending.next({ classes: ['untagged.protected'], projectIds: null, except: [], ...wish })
    expect(await next({})).toMatchObject({ jobId: own.firstJobId })
    expect(await next({ except: [own.firstJobId] })).toMatchObject({ jobId: other.firstJobId })
    expect(await next({ projectIds: [2] })).toMatchObject({ jobId: other.firstJobId })
    expect(await next({ projectIds: [] })).toBeNull()
    expect(await next({ classes: ['big.protected'] })).toMatchObject({ jobId: own.firstJobId + 1 })
    expect(await next({ classes: [] })).toBeNull()
  })

  it('lists what waits, page by page', async () => {
    const { firstJobId } = await create(subject, 'a: {script: x}\nb: {script: x}\nc: {script: x}')
    const ids = async (time: string, after: number) =>
      (await subject.pending.queuedBefore(time, after, 2)).map(job => job.jobId)
    expect(await ids('2026-01-01T12:00:01.000Z', 0)).toEqual([firstJobId, firstJobId + 1])
    expect(await ids('2026-01-01T12:00:01.000Z', firstJobId + 1)).toEqual([firstJobId + 2])
    expect(await ids(at, 0)).toEqual([])
  })

  it('deletes a pipeline with all that belongs to it', async () => {
    const { id } = await create(subject, 'a: {script: x}')
    await subject.store.deletePipeline(id)
    expect(await subject.store.load(id)).toBeNull()
    expect(await nextJob(subject)).toBeNull()
  })
})

async function create(
  { store }: Subject,
  yaml: string,
  change: Partial<Pick<NewPipeline, 'projectId' | 'priority'>> = {},
): ReturnType<RunStore['create']> {
  const plan = await planOf(yaml)
  const classes = plan.jobs.map(job => demandClassOf(job.tags, true, null))
  const pipeline: NewPipeline = {
    projectId: 1,
    ref: { kind: 'branch', name: 'main' },
    sha: 'a'.repeat(40),
    beforeSha: '0'.repeat(40),
    source: 'push',
    name: null,
    userId: 7,
    isProtected: true,
    commitTitle: 'a commit',
    stages: plan.stages,
    errors: [],
    warnings: [],
    explanation: { explanations: [], leftOut: [] },
    autoCancel: plan.autoCancel,
    parentPipelineId: null,
    sourceJobId: null,
    scheduleId: null,
    context: {},
    yamlVariables: [],
    variables: [],
    createdAt: at,
    jobs: plan.jobs,
    priority: 0,
    demandClasses: classes,
    servedRef: null,
    ...change,
  }
  return await store.create(pipeline, ({ id, firstJobId }) => {
    const jobs = plan.jobs.map((job, index) =>
      firstAttempt({
        id: firstJobId + index,
        rule: jobRuleOf(job),
        demandClass: classes[index]?.key ?? '',
        createdAt: at,
      }),
    )
    const machine = openMachine({
      pipelineId: id,
      projectId: 1,
      version: 1,
      pipeline: { status: 'created', hasWarnings: false, startedAt: null, finishedAt: null },
      sourceJobId: null,
      onJobFailure: 'none',
      onNewCommit: 'conservative',
      jobs,
    })
    machine.apply({ type: 'start' }, at)
    return { pipeline: machine.pipeline(), jobs: machine.jobs() }
  })
}

async function loaded({ store }: Subject, id: number): Promise<RunSnapshot> {
  const snapshot = await store.load(id)
  if (snapshot === null) throw new Error(`no pipeline ${id}`)
  return snapshot
}

function jobOf(snapshot: RunSnapshot): JobState {
  const [job] = snapshot.jobs
  if (job === undefined) throw new Error('no job')
  return job
}

function changeOf({ pipelineId, projectId, version, pipeline }: RunSnapshot, changed: readonly JobState[]): RunChange {
  return {
    pipelineId,
    projectId,
    version,
    at,
    changed,
    added: [],
    pipeline: { ...pipeline, status: 'running' },
    played: [],
    claims: [],
  }
}

function nextJob({ pending }: Subject) {
  return pending.next({ classes: ['untagged.protected', 'big.protected'], projectIds: null, except: [] })
}
