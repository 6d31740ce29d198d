// `release:` of a job that succeeded, over the real stores.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunnerRecord } from '../../../src/run/records.ts'
import type { ReleaseRecord } from '../../../src/run/release-ports.ts'
import { openRunWorld, type RunWorld } from '../../support/run/run-world.ts'

let world: RunWorld
let runner: RunnerRecord

beforeEach(async () => {
  world = await openRunWorld()
  runner = await world.runner()
})
afterEach(() => world.close())

const release = (tagName: string): Promise<ReleaseRecord | null> => world.stores.releases.byTag(1, tagName)
const releaseJob = (fields: string, rest = ''): string =>
  `ship:\n  script: [make]\n  rules: [{ if: $CI_COMMIT_BRANCH }]\n${rest}  release:\n${fields.replace(/^/gm, '    ')}`

describe('release', () => {
  it('makes the tag at the commit of the pipeline, and records itself with its variables expanded', async () => {
    const fields = [
      'tag_name: v1.$CI_PIPELINE_IID',
      'name: Release ${CI_COMMIT_BRANCH}',
      'description: Made by $GITLAB_USER_LOGIN for $STAGE_NAME',
      'milestones: [first]',
      "released_at: '2026-02-03T04:05:06Z'",
      'assets: { links: [{ name: binary, url: "https://example.com/$CI_COMMIT_BRANCH", filepath: /bin/app, link_type: package }] }',
    ].join('\n')
    await world.push(releaseJob(fields, '  variables: { STAGE_NAME: production }\n'))
    const pipeline = await world.latest()
    await world.runAll(runner)
    expect(await world.statuses(pipeline.id)).toEqual({ ship: 'success' })
    expect(await release('v1.1')).toMatchObject({
      name: 'Release main',
      description: 'Made by user-7 for production',
      sha: pipeline.sha,
      milestones: ['first'],
      authorId: 7,
      releasedAt: '2026-02-03T04:05:06.000Z',
      links: [{ name: 'binary', url: 'https://example.com/main', filepath: '/bin/app', linkType: 'package' }],
    })
    expect(world.repository.refs.get('1 tag v1.1')).toBe(pipeline.sha)
  })

  it('uses a tag that is there, and makes none for a job that failed', async () => {
    await world.push(null, { tag: 'v1' })
    const tagged = world.repository.refs.get('1 tag v1')
    await world.push(releaseJob('tag_name: v1\ndescription: the first'))
    await world.runAll(runner)
    expect((await release('v1'))?.sha).toBe(tagged)
    await world.push(releaseJob('tag_name: v2\ndescription: the second'))
    await world.runAll(runner, { ship: 'failed' })
    expect(await release('v2')).toBeNull()
    expect(world.repository.refs.has('1 tag v2')).toBe(false)
  })

  it('takes a description from the file that it names: of the archive of the job, else of the commit', async () => {
    world.repository.artifacts.set('NOTES.md', '# What is new')
    await world.push(releaseJob('tag_name: v1\ndescription: ./NOTES.md'))
    await world.runAll(runner)
    expect((await release('v1'))?.description).toBe('# What is new')
    await world.push(releaseJob('tag_name: v2\ndescription: .gitlab-ci.yml'))
    await world.runAll(runner)
    expect((await release('v2'))?.description).toContain('tag_name: v2')
    await world.push(releaseJob('tag_name: v3\ndescription: nofile'))
    world.repository.artifacts.clear()
    const job = await world.claim(runner)
    world.repository.files.set((await world.latest()).sha, null)
    if (job === null) throw new Error('no job')
    await world.coordinator.finish(
      { jobId: job.id, lease: job.slipway.lease },
      { status: 'success' },
      { coverage: null },
    )
    expect((await release('v3'))?.description).toBe('nofile')
  })

  it('fails the job, in words, when the tag has a release, when ref leads nowhere, and when the name is empty', async () => {
    await world.push(releaseJob('tag_name: v1\ndescription: one'))
    await world.runAll(runner)
    for (const [fields, words] of [
      ['tag_name: v1\ndescription: again', 'the tag v1 has a release already'],
      ['tag_name: v2\ndescription: x\nref: gone', 'Invalid reference name: gone'],
      ['tag_name: $NO_SUCH\ndescription: x', "release:tag_name '$NO_SUCH' is empty"],
    ] as const) {
      await world.push(releaseJob(fields))
      await world.runAll(runner)
      const job = await world.job('ship')
      expect(job).toMatchObject({ status: 'failed', failureReason: 'script_failure', exitCode: 1 })
      expect(job.message).toContain(words)
    }
  })

  it('is made once, though the runner tells the end of the job again', async () => {
    await world.push(releaseJob('tag_name: v1\ndescription: one'))
    const job = await world.claim(runner)
    if (job === null) throw new Error('no job')
    const lease = { jobId: job.id, lease: job.slipway.lease }
    for (const _ of [1, 2])
      expect(await world.coordinator.finish(lease, { status: 'success' }, { coverage: null })).toBe('accepted')
    expect((await world.reader.job(job.id))?.status).toBe('success')
    expect((await release('v1'))?.jobId).toBe(job.id)
  })

  it('starts the pipeline of its tag, as a push of it does, but not again from there without end', async () => {
    const yaml = 'ship:\n  script: [make]\n  release: { tag_name: v$CI_PIPELINE_IID, description: x }\n'
    await world.push(yaml)
    await world.runAll(runner)
    const { items } = await world.reader.pipelines({ projectId: 1 }, { page: 1, perPage: 10 })
    expect(items.map(({ iid, ref, source }) => ({ iid, ref: ref.name, source }))).toEqual([
      { iid: 2, ref: 'v1', source: 'push' },
      { iid: 1, ref: 'main', source: 'push' },
    ])
    expect(await release('v2')).toMatchObject({ tagName: 'v2' })
  })
})
