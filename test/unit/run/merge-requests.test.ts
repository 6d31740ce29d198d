// Merge requests as pushes open them, and their pipelines.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRunWorld, type RunWorld } from '../../support/run/run-world.ts'

let world: RunWorld

beforeEach(async () => {
  world = await openRunWorld()
})
afterEach(() => world.close())

const create = { branch: 'feature', pushOptions: ['merge_request.create', 'merge_request.title=A title'] }
const both = [
  'branch: { script: [a], rules: [{ if: $CI_COMMIT_BRANCH }] }',
  'request: { script: [a], rules: [{ if: $CI_MERGE_REQUEST_IID }] }',
].join('\n')

const sources = async (): Promise<readonly string[]> => {
  const { items } = await world.reader.pipelines({ projectId: 1 }, { page: 1, perPage: 50 })
  return items.map(each => `${each.source} ${each.ref.name}`).reverse()
}
const open = async () => (await world.stores.mergeRequests.list(1, { state: 'opened' }, { page: 1, perPage: 50 })).items

async function variables(name: string): Promise<Readonly<Record<string, string>>> {
  const runner = await world.runner()
  for (let job = await world.claim(runner); job !== null; job = await world.claim(runner)) {
    if (job.job_info.name === name) return Object.fromEntries(job.variables.map(({ key, value }) => [key, value]))
  }
  throw new Error(`nothing asked for ${name}`)
}

describe('a push with merge_request.create', () => {
  beforeEach(() => world.push('main: { script: [a] }'))

  it('opens a request into the default branch, with a pipeline of its own beside that of the branch', async () => {
    const lines = await world.push(both, create)
    expect(lines).toEqual([
      'Merge request !1 (feature into main) is open.',
      expect.stringMatching(/^Pipeline #2 for feature: /),
      expect.stringMatching(/^Pipeline #3 for merge request !1: /),
    ])
    expect(await open()).toMatchObject([
      { sourceBranch: 'feature', targetBranch: 'main', title: 'A title', authorId: 7 },
    ])
    expect(await sources()).toEqual(['push main', 'push feature', 'merge_request_event feature'])
    expect(await world.statuses()).toEqual({ request: 'pending' })
  })

  it('tells the jobs of the request what it is about, and no CI_COMMIT_BRANCH', async () => {
    await world.push('request: { script: [a], rules: [{ if: $CI_MERGE_REQUEST_IID }] }', create)
    const values = await variables('request')
    expect(values).toMatchObject({
      CI_PIPELINE_SOURCE: 'merge_request_event',
      CI_MERGE_REQUEST_IID: '1',
      CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: 'feature',
      CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main',
      CI_MERGE_REQUEST_TARGET_BRANCH_SHA: world.repository.refs.get('1 branch main'),
      CI_MERGE_REQUEST_TITLE: 'A title',
      CI_OPEN_MERGE_REQUESTS: 'group/project-1!1',
      CI_COMMIT_REF_NAME: 'feature',
      CI_COMMIT_REF_PROTECTED: 'false',
    })
    expect(values).not.toHaveProperty('CI_COMMIT_BRANCH')
  })

  it('has only one of the two with the switch of the documentation', async () => {
    const workflow = [
      'workflow:',
      '  rules:',
      '    - if: $CI_PIPELINE_SOURCE == "merge_request_event"',
      '    - if: $CI_COMMIT_BRANCH && $CI_OPEN_MERGE_REQUESTS',
      '      when: never',
      '    - if: $CI_COMMIT_BRANCH',
      'job: { script: [a] }',
    ].join('\n')
    await world.push(workflow, { branch: 'feature' })
    await world.push(workflow, create)
    await world.push(workflow, { branch: 'feature' })
    expect(await sources()).toEqual([
      'push main',
      'push feature',
      'merge_request_event feature',
      'merge_request_event feature',
    ])
  })

  it('makes no pipeline for a request that no job is for, and none for an unknown target', async () => {
    const lines = await world.push('job: { script: [a] }', create)
    expect(lines).toHaveLength(2)
    expect(await sources()).toEqual(['push main', 'push feature'])
    const unknown = ['merge_request.create', 'merge_request.target=nowhere']
    expect((await world.push('job: { script: [a] }', { branch: 'x', pushOptions: unknown }))[0]).toBe(
      'No merge request: there is no branch nowhere to merge x into.',
    )
  })

  it('compares rules:changes with the commit where the target and the branch part', async () => {
    const yaml =
      'docs: { script: [a], rules: [{ if: $CI_MERGE_REQUEST_IID, changes: [docs/*] }] }\nalways: { script: [a], rules: [{ if: $CI_MERGE_REQUEST_IID }] }'
    const main = world.repository.refs.get('1 branch main') ?? ''
    world.repository.changed.set('b'.repeat(40), ['docs/a'])
    const mergeBase = { get: (key: string) => (key.startsWith(main) ? 'b'.repeat(40) : undefined) }
    Object.assign(world.repository.bases, mergeBase)
    await world.push(yaml, create)
    expect(Object.keys(await world.statuses())).toEqual(['docs', 'always'])
    world.repository.changed.set('b'.repeat(40), ['src/a'])
    await world.push(yaml, { branch: 'feature' })
    expect(Object.keys(await world.statuses())).toEqual(['always'])
  })

  it('runs the pipeline of the request also when ci.skip keeps that of the branch from running', async () => {
    await world.push(both, { ...create, pushOptions: [...create.pushOptions, 'ci.skip'] })
    const { items } = await world.reader.pipelines({ projectId: 1 }, { page: 1, perPage: 2 })
    expect(items.map(each => `${each.source} ${each.status}`)).toEqual(['merge_request_event pending', 'push skipped'])
  })

  it('hands the request on to child pipelines', async () => {
    world.repository.files.set('1 child.yml', 'inner: { script: [a], rules: [{ if: $CI_MERGE_REQUEST_IID == "1" }] }')
    const yaml = 'bridge: { trigger: { include: child.yml }, rules: [{ if: $CI_MERGE_REQUEST_IID }] }'
    await world.push(yaml, create)
    await world.coordinator.close()
    const values = await variables('inner')
    expect(values.CI_PIPELINE_SOURCE).toBe('parent_pipeline')
    expect(values).not.toHaveProperty('CI_COMMIT_BRANCH')
  })
})

describe('a merge request', () => {
  beforeEach(async () => {
    await world.push('main: { script: [a] }')
    await world.push(both, create)
  })

  it('is merged when its commits are in the target', async () => {
    const sha = world.repository.refs.get('1 branch feature') ?? ''
    const bases = { get: (key: string) => (key.endsWith(` ${sha}`) ? sha : undefined) }
    Object.assign(world.repository.bases, bases)
    expect((await world.push('main: { script: [a] }'))[0]).toBe('Merge request !1 is merged: feature is in main.')
    expect(await open()).toEqual([])
  })

  it('is closed when its branch goes', async () => {
    const after = '0'.repeat(40)
    const change = { ref: { kind: 'branch', name: 'feature' }, before: 'a'.repeat(40), after } as const
    const lines = await world.trigger.createForPush({ projectId: 1, userId: 7, changes: [change], pushOptions: [] })
    expect(lines).toEqual(['Merge request !1 is closed: its branch feature is gone.'])
    expect(await open()).toEqual([])
  })

  it('is not opened twice', async () => {
    expect((await world.push(both, create))[0]).toBe('Merge request !1 (feature into main) is open already.')
    expect(await open()).toHaveLength(1)
  })
})
