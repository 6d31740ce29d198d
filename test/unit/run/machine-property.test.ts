// The machine against a simple reference model: whatever happens, in whatever order, both say the same after every event.
import { describe, expect, it } from 'vitest'
import { isCancelable, isPlayable, isRetryable } from '../../../src/run/job-moves.ts'
import type { JobRule } from '../../../src/run/machine-model.ts'
import { createRandom, type Random } from '../../support/random.ts'
import { drive, type PipelineDriver } from '../../support/run/pipeline-driver.ts'
import { forgivenExitCode, randomRules } from '../../support/run/random-pipeline.ts'
import {
  composite,
  enqueue,
  process,
  type ReferenceJob,
  referenceOf,
  resetAfter,
} from '../../support/run/reference-model.ts'

const pipelineCount = 400

describe('the machine under random events', () => {
  it('always agrees with the reference model', () => {
    for (let seed = 1; seed <= pipelineCount; seed += 1) {
      const random = createRandom(seed)
      const pair = createPair(randomRules(random, 1 + random.integer(12)))
      compare(pair, `seed ${seed}, start`)
      for (let step = 0; step < 40; step += 1) {
        const told = happen(pair, random)
        if (told === null) break
        compare(pair, `seed ${seed}, step ${step}: ${told}`)
      }
    }
  })

  it('ends the same whatever the order in which jobs end', () => {
    for (let seed = 1; seed <= pipelineCount; seed += 1) {
      const random = createRandom(seed)
      const rules = randomRules(random, 2 + random.integer(14))
      const outcomes = new Map(rules.map(rule => [rule.name, random.pick(['success', 'success', 'failed'] as const)]))
      const ends = [1, 2, 3].map(order => runToTheEnd(rules, outcomes, createRandom(seed * 1000 + order)))
      expect(ends[1], `seed ${seed}`).toEqual(ends[0])
      expect(ends[2], `seed ${seed}`).toEqual(ends[0])
    }
  })

  it('never starts a job before what it waits for', () => {
    for (let seed = 1; seed <= pipelineCount; seed += 1) {
      const random = createRandom(seed)
      const rules = randomRules(random, 2 + random.integer(14))
      const run = drive(rules)
      run.start()
      for (let waiting = readyOf(run); waiting.length > 0; waiting = readyOf(run)) {
        for (const name of waiting) expectReady(run, rules, name, `seed ${seed}`)
        run.finish(random.pick(waiting), random.pick(['success', 'failed'] as const))
      }
    }
  })
})

type Pair = { readonly run: PipelineDriver; readonly reference: readonly ReferenceJob[] }

function createPair(rules: readonly JobRule[]): Pair {
  const run = drive(rules)
  const reference = rules.map(referenceOf)
  run.start()
  process(reference)
  return { run, reference }
}

function compare(pair: Pair, place: string): void {
  const expected = Object.fromEntries(pair.reference.map(job => [job.rule.name, job.status]))
  expect(pair.run.statuses(), place).toEqual(expected)
  expect(pair.run.pipeline().split(' ')[0], place).toBe(composite(pair.reference))
}

/** Lets one possible thing happen to both; null: nothing is possible. */
function happen({ run, reference }: Pair, random: Random): string | null {
  const possible: (() => string)[] = []
  for (const job of reference) {
    const { name } = job.rule
    const state = run.job(name)
    const say = (word: string, act: () => void) => () => {
      act()
      process(reference)
      return `${word} ${name}`
    }
    if (job.status === 'pending') possible.push(say('claim', () => claim(run, job)))
    if (job.status === 'running' || job.status === 'canceling') {
      possible.push(say('success', () => finish(run, job, 'success')))
      possible.push(say('failed', () => finish(run, job, 'failed')))
      possible.push(say('exit code', () => finish(run, job, forgivenExitCode)))
    }
    if (job.status === 'waiting_for_resource') possible.push(say('resource', () => acquire(run, job)))
    if (job.status === 'scheduled') possible.push(say('timer', () => timer(run, job)))
    if (isPlayable(state)) possible.push(say('play', () => play(run, job, reference)))
    if (isRetryable(state) && random.integer(4) === 0) possible.push(say('retry', () => retry(run, job, reference)))
    if (isCancelable(state) && random.integer(8) === 0) possible.push(say('cancel', () => cancel(run, job)))
  }
  if (random.integer(20) === 0) possible.push(() => cancelPipeline(run, reference))
  if (random.integer(20) === 0) possible.push(() => retryPipeline(run, reference))
  return possible.length === 0 ? null : random.pick(possible)()
}

function claim(run: PipelineDriver, job: ReferenceJob): void {
  run.claim(job.rule.name)
  job.status = 'running'
}

function acquire(run: PipelineDriver, job: ReferenceJob): void {
  run.apply({ type: 'resource_acquired', jobId: run.job(job.rule.name).id })
  job.status = 'pending'
}

function finish(run: PipelineDriver, job: ReferenceJob, outcome: 'success' | 'failed' | number): void {
  run.finish(job.rule.name, outcome)
  if (job.status === 'canceling') job.status = 'canceled'
  else if (outcome !== 'success' && job.attempts < job.rule.retry.max) renew(job, true)
  else {
    job.status = outcome === 'success' ? 'success' : 'failed'
    job.isForgiven = typeof outcome === 'number' && (job.rule.allowFailureExitCodes ?? []).includes(outcome)
  }
}

function timer(run: PipelineDriver, job: ReferenceJob): void {
  run.passSeconds(60)
  run.timer(job.rule.name)
  if (run.status(job.rule.name) === 'failed') job.status = 'failed'
  else enqueue(job)
}

function play(run: PipelineDriver, job: ReferenceJob, all: readonly ReferenceJob[]): void {
  run.play(job.rule.name)
  enqueue(job)
  job.startsAtOnce = true
  resetAfter(job, all)
}

function retry(run: PipelineDriver, job: ReferenceJob, all: readonly ReferenceJob[]): void {
  run.retry(job.rule.name)
  renew(job, true)
  resetAfter(job, all)
}

function cancel(run: PipelineDriver, job: ReferenceJob): void {
  run.cancel(job.rule.name)
  job.status = job.status === 'running' ? 'canceling' : 'canceled'
}

function cancelPipeline(run: PipelineDriver, all: readonly ReferenceJob[]): string {
  for (const job of all) {
    if (isCancelable(run.job(job.rule.name))) job.status = job.status === 'running' ? 'canceling' : 'canceled'
  }
  run.cancelPipeline()
  process(all)
  return 'cancel the pipeline'
}

function retryPipeline(run: PipelineDriver, all: readonly ReferenceJob[]): string {
  run.retryPipeline()
  for (const job of all) if (job.status === 'failed' || job.status === 'canceled') renew(job, false)
  for (const job of all) if (job.status === 'skipped') job.status = 'created'
  process(all)
  return 'retry the pipeline'
}

function renew(job: ReferenceJob, startsAtOnce: boolean): void {
  job.status = 'created'
  job.attempts += 1
  job.isForgiven = false
  job.startsAtOnce = startsAtOnce
}

/** With every resource given to the first that waits for it. */
function readyOf(run: PipelineDriver): readonly string[] {
  for (let waiting = pendingOf(run); ; waiting = pendingOf(run)) {
    const [next] = Object.entries(run.statuses()).find(([, status]) => status === 'waiting_for_resource') ?? []
    if (waiting.length > 0 || next === undefined) return waiting
    run.apply({ type: 'resource_acquired', jobId: run.job(next).id })
  }
}

function pendingOf(run: PipelineDriver): readonly string[] {
  return Object.entries(run.statuses())
    .filter(([, status]) => status === 'pending')
    .map(([name]) => name)
}

function runToTheEnd(
  rules: readonly JobRule[],
  outcomes: ReadonlyMap<string, 'success' | 'failed'>,
  random: Random,
): unknown {
  const run = drive(rules)
  run.start()
  for (;;) {
    const due = rules.filter(rule => run.status(rule.name) === 'scheduled')
    const waiting = readyOf(run)
    if (waiting.length === 0 && due.length === 0) return { statuses: run.statuses(), pipeline: run.pipeline() }
    if (waiting.length > 0) {
      const name = random.pick(waiting)
      run.finish(name, outcomes.get(name) ?? 'success')
    } else {
      run.passSeconds(60)
      for (const rule of due) run.timer(rule.name)
    }
  }
}

function expectReady(run: PipelineDriver, rules: readonly JobRule[], name: string, place: string): void {
  const rule = rules.find(each => each.name === name)
  if (rule === undefined || rule.when === 'always') return
  const before = rules.filter(each =>
    rule.needs === null ? each.stageIndex < rule.stageIndex : rule.needs.includes(each.name),
  )
  for (const each of before) {
    const isOver = ['success', 'failed', 'skipped'].includes(run.status(each.name))
    const isOptional = each.allowFailure && run.status(each.name) === 'manual'
    expect(isOver || isOptional, `${place}: ${name} started while ${each.name} was ${run.status(each.name)}`).toBe(true)
  }
}
