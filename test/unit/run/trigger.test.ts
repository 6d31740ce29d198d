import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRunWorld, type RunWorld, requestFor, zeroSha } from '../../support/run/run-world.ts'

let world: RunWorld
beforeEach(async () => {
  world = await openRunWorld()
})
afterEach(() => world.close())

async function count(): Promise<number> {
  return (await world.reader.pipelines({}, { page: 1, perPage: 100 })).total
}

describe('a push', () => {
  it('of a file with mistakes keeps a failed pipeline, and tells them with their lines', async () => {
    const lines = await world.push('a:\n  script: x\n  needs: [b]\nc: {foo: 1}\n')
    const pipeline = await world.latest()
    expect(pipeline.status).toBe('failed')
    expect(pipeline.errors.map(error => error.line)).toContain(4)
    expect(lines[0]).toContain(`Pipeline #1 for main failed, its file is not valid: http`)
    expect(lines.slice(1).join('\n')).toContain('.gitlab-ci.yml:4:')
    expect(await world.statuses()).toEqual({})
  })

  it('of a file with warnings tells them, too', async () => {
    const lines = await world.push('pages: {script: x}')
    expect((await world.latest()).warnings).toHaveLength(1)
    expect(lines).toEqual([
      expect.stringMatching(/^Pipeline #1 for main: http/),
      expect.stringMatching(
        /^ {2}\.gitlab-ci\.yml:1:1: warning: jobs:pages publishes nothing here: its folder 'public'/,
      ),
    ])
  })

  it('without a file makes none, and says how to get one', async () => {
    expect(await world.push(null)).toEqual([
      'No pipeline for main: add a .gitlab-ci.yml to have it built, tested and deployed.',
    ])
    expect(await count()).toBe(0)
  })

  it('for which nothing would run makes none, and says why', async () => {
    const [line] = await world.push('a: {script: x, only: [tags]}')
    expect(line).toMatch(/^No pipeline for main: /)
    await world.push('workflow: {rules: [{if: $NEVER}]}\na: {script: x}')
    expect(await count()).toBe(0)
  })

  it('with [ci skip] in its message, or ci.skip, keeps a skipped pipeline without jobs', async () => {
    const lines = await world.push('a: {script: x}', { message: 'docs [ci skip]' })
    expect(await world.latest()).toMatchObject({ status: 'skipped', stages: [] })
    expect(lines[0]).toContain('is skipped')
    await world.push('a: {script: x}', { pushOptions: ['ci.skip'] })
    expect(await world.latest()).toMatchObject({ iid: 2, status: 'skipped' })
  })

  it('with ci.no_pipeline leaves no trace', async () => {
    expect(await world.push('a: {script: x}', { pushOptions: ['ci.no_pipeline'] })).toEqual([])
    expect(await count()).toBe(0)
  })

  it('hands ci.variable on as pipeline variables (D29)', async () => {
    const pushOptions = ['ci.variable=A=1', 'ci.variable=B=x=y', 'ci.variable=C']
    const yaml = 'workflow: {rules: [{if: $A == "1"}]}\nvariables: {A: yaml}\na: {script: x}'
    await world.push(yaml, { pushOptions })
    const job = await world.claim(await world.runner())
    const values = Object.fromEntries((job?.variables ?? []).map(({ key, value }) => [key, value]))
    expect(values).toMatchObject({ A: '1', B: 'x=y' })
    expect(values).not.toHaveProperty('C')
    expect(await world.reader.pipelineVariables((await world.latest()).id)).toHaveLength(2)
  })

  it('of a tag makes a tag pipeline', async () => {
    await world.push('a: {script: x, only: [tags]}', { tag: 'v1' })
    expect(await world.latest()).toMatchObject({ ref: { kind: 'tag', name: 'v1' }, status: 'pending' })
    const job = await world.claim(await world.runner())
    const values = Object.fromEntries((job?.variables ?? []).map(({ key, value }) => [key, value]))
    expect(values).toMatchObject({ CI_COMMIT_TAG: 'v1', CI_BUILD_TAG: 'v1', CI_COMMIT_REF_NAME: 'v1' })
    expect(job?.git_info).toMatchObject({
      ref_type: 'tag',
      refspecs: expect.arrayContaining(['+refs/tags/v1:refs/tags/v1']),
    })
  })

  it('of more than four refs makes four pipelines, and says so', async () => {
    const changes = [1, 2, 3, 4, 5, 6].map(number => {
      const sha = String(number).repeat(40)
      world.repository.files.set(sha, 'a: {script: x}')
      world.repository.messages.set(sha, 'm')
      world.repository.refs.set(`1 branch b${number}`, sha)
      return { ref: { kind: 'branch' as const, name: `b${number}` }, before: zeroSha, after: sha }
    })
    const lines = await world.trigger.createForPush({ projectId: 1, userId: 7, changes, pushOptions: [] })
    expect(await count()).toBe(4)
    expect(lines.at(-1)).toBe('No pipelines for 2 more refs: one push makes at most 4.')
  })

  it('that deletes a ref makes none', async () => {
    const ref = { kind: 'branch' as const, name: 'old' }
    const changes = [{ ref, before: '1'.repeat(40), after: zeroSha }]
    expect(await world.trigger.createForPush({ projectId: 1, userId: 7, changes, pushOptions: [] })).toEqual([])
    expect(await count()).toBe(0)
  })

  it('looks at the diff for changes', async () => {
    const yaml = 'a: {script: x, rules: [{changes: [src/*]}]}\nb: {script: x, rules: [{changes: [README.md]}]}'
    await world.push(yaml)
    expect(Object.keys(await world.statuses())).toEqual(['a', 'b']) // a new branch: no diff is known
    await world.push(yaml)
    expect(Object.keys(await world.statuses())).toEqual(['b'])
  })

  it('keeps why each job is in or out', async () => {
    await world.push('a: {script: x}\nb: {script: x, only: [tags]}')
    const explanation = await world.reader.explanation((await world.latest()).id)
    expect(explanation?.leftOut).toEqual([{ name: 'b', reason: expect.stringContaining('tags') }])
    expect(explanation?.explanations.map(each => [each.job, each.included])).toEqual([
      ['a', true],
      ['b', false],
    ])
  })
})

describe('pushes without their pipeline', () => {
  it('get it at the next start, with the person who pushed and the push options', async () => {
    await world.push('a: {script: x}')
    const sha = 'f'.repeat(40)
    const change = { ref: { kind: 'branch' as const, name: 'main' }, before: (await world.latest()).sha, after: sha }
    const pushed = { projectId: 1, userId: 7, changes: [change], pushOptions: ['ci.variable=A=1'] }
    world.repository.files.set(sha, 'a: {script: x}')
    world.repository.messages.set(sha, 'm')
    await world.trigger.announcePush(pushed)
    world.repository.refs.set('1 branch main', sha) // and here the server dies
    const next = await world.restart()
    await next.coordinator.recover()
    const pipeline = await next.latest()
    expect(pipeline).toMatchObject({ iid: 2, sha, userId: 7, beforeSha: change.before })
    expect(await next.reader.pipelineVariables(pipeline.id)).toMatchObject([{ key: 'A', value: '1' }])
    await next.coordinator.recover()
    expect(await count()).toBe(2)
  })

  it('are told of the last push only, and of the refs that it named', async () => {
    const pushOf = (name: string, userId: number) => {
      const sha = String(userId).repeat(40)
      world.repository.files.set(sha, 'a: {script: x}')
      world.repository.messages.set(sha, 'm')
      world.repository.refs.set(`1 branch ${name}`, sha)
      const change = { ref: { kind: 'branch' as const, name }, before: zeroSha, after: sha }
      return { projectId: 1, userId, changes: [change], pushOptions: [] }
    }
    await world.trigger.announcePush(pushOf('first', 7))
    await world.trigger.announcePush(pushOf('second', 8))
    await world.coordinator.recover()
    const { items } = await world.reader.pipelines({ projectId: 1, ascending: true }, { page: 1, perPage: 10 })
    expect(items.map(({ ref, userId }) => [ref.name, userId])).toEqual([
      ['first', null],
      ['second', 8],
    ])
  })

  it('that would make none are not looked at again', async () => {
    await world.push(null)
    await world.push('a: {script: x, only: [tags]}', { branch: 'other' })
    await world.coordinator.recover()
    expect(await world.stores.servedRefs.of(1)).toHaveLength(2)
    expect(await count()).toBe(0)
  })
})

describe('a request', () => {
  it('by API, web or trigger token runs what the ref has now, with its variables', async () => {
    await world.push('a: {script: x}\nb: {script: x, only: [api]}')
    const variables = [{ key: 'A', value: '1', type: 'env_var' as const, raw: false }]
    const creation = await world.coordinator.createPipeline(requestFor({ variables }))
    expect(creation).toMatchObject({ kind: 'created', pipeline: { source: 'api', iid: 2 } })
    expect(Object.keys(await world.statuses())).toEqual(['a', 'b'])
  })

  it('is refused to those who may not, and for a ref that is not there', async () => {
    await world.push('a: {script: x}')
    expect(await world.coordinator.createPipeline(requestFor({ userId: 8 }))).toMatchObject({
      kind: 'none',
      reason: 'forbidden',
    })
    const ref = { kind: 'branch', name: 'nowhere' } as const
    expect(await world.coordinator.createPipeline(requestFor({ ref }))).toMatchObject({
      kind: 'none',
      reason: 'no_commit',
    })
  })

  it('ignores [ci skip]', async () => {
    await world.push('a: {script: x}', { message: '[skip ci]' })
    expect(await world.coordinator.createPipeline(requestFor())).toMatchObject({ kind: 'created' })
  })
})

describe('a newer push', () => {
  const yaml = 'a: {script: x, interruptible: true}\nb: {script: x, stage: deploy, interruptible: true}'

  it('cancels the older pipelines of its branch', async () => {
    await world.push(yaml)
    const first = await world.latest()
    const runner = await world.runner()
    const job = await world.claim(runner)
    await world.push(yaml, { branch: 'other' })
    await world.push(yaml)
    await world.coordinator.close()
    expect(await world.statuses(first.id)).toEqual({ a: 'canceling', b: 'canceled' })
    expect(world.queue.canceled).toEqual([job?.id])
    expect((await world.reader.latestPipeline(1, 'other'))?.status).toBe('pending')
  })

  it('leaves a pipeline alone that has begun what must not be interrupted', async () => {
    await world.push('a: {script: x}\nb: {script: x, stage: deploy}')
    const first = await world.latest()
    await world.claim(await world.runner())
    await world.push(yaml)
    await world.coordinator.close()
    expect(await world.statuses(first.id)).toEqual({ a: 'running', b: 'created' })
  })
})
