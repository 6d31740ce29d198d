import { describe, expect, it } from 'vitest'
import { type Machine, openMachine } from '../../../src/run/machine.ts'
import type { RunChange, RunEvent } from '../../../src/run/machine-model.ts'
import { createTransitions, type Told } from '../../../src/run/transitions.ts'
import { createRandom } from '../../support/random.ts'
import { outcomeOf, snapshotOf } from '../../support/run/pipeline-driver.ts'
import { randomRules } from '../../support/run/random-pipeline.ts'

const clock = { now: () => new Date('2026-01-01T00:00:00.000Z'), callAt: () => () => {} }

/** Keeps rows as they are saved; a save takes a while, so that events gather. */
function createKeeper(rules: ReturnType<typeof randomRules>) {
  const rows = new Map(snapshotOf(rules).jobs.map(job => [job.id, job]))
  const keeper = { rows, version: 1, saves: 0, pipeline: snapshotOf(rules).pipeline, refuse: 0 }
  const store = {
    async load() {
      const jobs = [...rows.values()].filter(job => !job.isRetried)
      return { ...snapshotOf(rules), version: keeper.version, pipeline: keeper.pipeline, jobs }
    },
    async save(change: RunChange) {
      await new Promise(resolve => setImmediate(resolve))
      if (keeper.refuse > 0) {
        keeper.refuse -= 1
        return false
      }
      expect(change.version).toBe(keeper.version)
      for (const job of change.changed) {
        expect(rows.has(job.id)).toBe(true)
        rows.set(job.id, job)
      }
      for (const { retriedJobId, ...job } of change.added) {
        expect(rows.get(retriedJobId)?.isRetried).toBe(true)
        expect(rows.has(job.id)).toBe(false)
        rows.set(job.id, job)
      }
      keeper.version += 1
      keeper.saves += 1
      keeper.pipeline = change.pipeline
      return true
    },
  }
  return { keeper, store }
}

describe('events that come together', () => {
  it('lead to the same rows as one after the other, in fewer saves', async () => {
    for (let seed = 1; seed <= 100; seed += 1) {
      const random = createRandom(seed)
      const rules = randomRules(random, 2 + random.integer(10))
      const { keeper, store } = createKeeper(rules)
      const told: Told[] = []
      const transitions = createTransitions({ store, clock, tell: each => told.push(each), gone: () => {} })
      const single = openMachine(snapshotOf(rules))
      let newJobId = 1000
      for (let round = 0; round < 6; round += 1) {
        const events = Array.from({ length: 12 }, (): ((machine: Machine) => RunEvent) => {
          const index = random.integer(rules.length)
          const outcome = outcomeOf(random.pick(['success', 'failed'] as const))
          const type = random.pick(['start', 'claimed', 'finished', 'job_retried', 'played'] as const)
          newJobId += 1
          const fresh = { newJobId, outcome, coverage: null, runnerId: 1, userId: null }
          return machine => ({ type, jobId: machine.jobs()[index]?.id ?? 0, ...fresh }) as RunEvent
        })
        for (const event of events) single.apply(event(single), clock.now().toISOString())
        await Promise.all(events.map(event => transitions.apply(1, machine => ({ event: event(machine) }))))
      }
      const latest = [...keeper.rows.values()].filter(job => !job.isRetried)
      const byName = (a: { rule: { name: string } }, b: { rule: { name: string } }) =>
        a.rule.name.localeCompare(b.rule.name)
      expect(latest.toSorted(byName), `seed ${seed}`).toEqual(single.jobs().toSorted(byName))
      expect(keeper.pipeline, `seed ${seed}`).toEqual(single.pipeline())
      expect(keeper.saves).toBeLessThanOrEqual(12)
    }
  })

  it('are decided again from what is saved when somebody else was quicker', async () => {
    const rules = randomRules(createRandom(1), 1).map(rule => ({ ...rule, when: 'on_success' as const, needs: null }))
    const { keeper, store } = createKeeper(rules)
    const transitions = createTransitions({ store, clock, tell: () => {}, gone: () => {} })
    await transitions.apply(1, () => ({ event: { type: 'start' } }))
    keeper.refuse = 1
    let asked = 0
    const transition = await transitions.apply(1, machine => {
      asked += 1
      return machine.job(1)?.status === 'pending' ? { event: { type: 'claimed', jobId: 1, runnerId: 3 } } : null
    })
    expect(asked).toBe(2)
    expect(transition?.changed).toMatchObject([{ id: 1, status: 'running', runnerId: 3 }])
    expect(keeper.rows.get(1)).toMatchObject({ status: 'running' })
  })

  it('give up loudly when it never ends', async () => {
    const rules = randomRules(createRandom(1), 1)
    const { keeper, store } = createKeeper(rules)
    keeper.refuse = 1000
    const transitions = createTransitions({ store, clock, tell: () => {}, gone: () => {} })
    const event = { type: 'pipeline_canceled' } as const
    await expect(transitions.apply(1, () => ({ event }))).rejects.toMatchObject({ code: 'pipeline_busy' })
  })

  it('of a pipeline that is not there are refused, and those of others go on', async () => {
    const { store } = createKeeper(randomRules(createRandom(1), 1))
    const gone: number[] = []
    const transitions = createTransitions({
      store: { ...store, load: async id => (id === 1 ? store.load() : null) },
      clock,
      tell: () => {},
      gone: pipelineId => gone.push(pipelineId),
    })
    await expect(transitions.apply(2, () => null)).rejects.toMatchObject({ code: 'pipeline_not_found' })
    expect(gone).toEqual([2])
    expect(await transitions.apply(1, () => null)).toBeNull()
  })
})
