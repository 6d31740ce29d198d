import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hashToken } from '../../../src/kit/token.ts'
import { createJobTokens } from '../../../src/store/run/job-token-store.ts'
import { openRunWorld, type RunWorld } from '../../support/run/run-world.ts'

let world: RunWorld
beforeEach(async () => {
  world = await openRunWorld()
})
afterEach(() => world.close())

describe('a claim', () => {
  it('hands out script, variables and tokens under a new lease', async () => {
    await world.push(`
image: docker:git
services: [docker:dind]
variables: {IMAGE: "registry.example.com/group/project-1:$CI_BUILD_REF_NAME"}
before_script: [before]
build:
  stage: build
  script: [make, make push]
  after_script: [clean]
  timeout: 10 minutes
  artifacts: {paths: [out/], expire_in: 1 hour, reports: {junit: report.xml, dotenv: build.env}}
  cache: {key: k, paths: [c/]}
`)
    const runner = await world.runner()
    const job = await world.claim(runner)
    const pipeline = await world.latest()
    expect(job).toMatchObject({
      job_info: { name: 'build', stage: 'build', project_id: 1, project_full_path: 'group/project-1' },
      git_info: {
        repo_url: 'http://127.0.0.1:8080/group/project-1.git',
        ref: 'main',
        ref_type: 'branch',
        sha: pipeline.sha,
        before_sha: '0'.repeat(40),
        depth: 20,
        refspecs: [
          `+refs/pipelines/${pipeline.id}:refs/pipelines/${pipeline.id}`,
          '+refs/heads/main:refs/remotes/origin/main',
        ],
        protected: true,
      },
      runner_info: { timeout: 600 },
      steps: [
        { name: 'script', script: ['before', 'make', 'make push'], when: 'on_success', timeout: 600 },
        { name: 'after_script', script: ['clean'], when: 'always', allow_failure: true },
      ],
      image: { name: 'docker:git' },
      services: [{ name: 'docker:dind', alias: 'docker' }],
      cache: [{ key: 'k', paths: ['c/'], policy: 'pull-push', when: 'on_success' }],
      slipway: { lease: 1, pipeline_id: pipeline.id, trust_class: 'protected', server_host: '127.0.0.1:8080' },
    })
    expect(job?.artifacts).toMatchObject([
      { artifact_type: 'archive', artifact_format: 'zip', paths: ['out/'], expire_in: '3600 seconds' },
      { artifact_type: 'junit', name: 'junit.xml', artifact_format: 'gzip', when: 'always' },
      { artifact_type: 'dotenv', artifact_format: 'gzip', when: 'always' },
    ])
    const values = Object.fromEntries((job?.variables ?? []).map(variable => [variable.key, variable]))
    expect(values.IMAGE?.value).toBe('registry.example.com/group/project-1:main')
    expect(values.CI_BUILD_TOKEN).toMatchObject({ value: job?.token, masked: true })
    expect(values.CI_JOB_ID?.value).toBe(String(job?.id))
    expect(values.CI_PIPELINE_IID?.value).toBe('1')
    expect(values.PROJECT_SECRET).toMatchObject({ value: 'hush', masked: true })
    expect(values.GITLAB_USER_LOGIN?.value).toBe('user-7')
    expect(job?.credentials).toEqual([
      { type: 'registry', url: 'registry.example.com', username: 'gitlab-ci-token', password: job?.token },
    ])
    expect(await world.job('build')).toMatchObject({
      status: 'running',
      lease: 1,
      runnerId: runner.id,
      hasBegun: false,
    })
  })

  it('that is repeated gets the same job, under new tokens that take the place of the old', async () => {
    await world.push('a: {script: x}\nb: {script: x}')
    const runner = await world.runner()
    const first = await world.claim(runner, 'same')
    const again = await world.claim(runner, 'same')
    expect(again).toMatchObject({ id: first?.id, slipway: { lease: 1 } })
    expect(await world.reader.jobByToken(hashToken(first?.token ?? ''))).toBeNull()
    expect(await world.reader.jobByToken(hashToken(again?.token ?? ''))).toMatchObject({ kind: 'job' })
    expect(await world.reader.jobByToken(hashToken(again?.slipway.lease_token ?? ''))).toMatchObject({ kind: 'lease' })
  })

  it('never gives one job to two runners that ask at the same time', async () => {
    await world.push(Array.from({ length: 20 }, (_, index) => `job${index}: {script: x}`).join('\n'))
    const runners = await Promise.all([world.runner(), world.runner(), world.runner()])
    const wanted = Array.from({ length: 30 }, (_, index) => world.claim(runners[index % 3] ?? runners[0]))
    const ids = (await Promise.all(wanted)).flatMap(job => (job === null ? [] : [job.id]))
    expect(new Set(ids).size).toBe(20)
    expect(ids).toHaveLength(20)
  })

  it('follows tags, protected refs, pauses and projects', async () => {
    await world.push('a: {script: x, tags: [docker, big]}', { branch: 'topic' })
    const claimBy = async (change: Parameters<RunWorld['runner']>[0]) =>
      (await world.claim(await world.runner(change)))?.job_info.name
    expect(await claimBy({ tags: ['docker'] })).toBeUndefined()
    expect(await claimBy({ tags: ['docker', 'big'], isPaused: true })).toBeUndefined()
    expect(await claimBy({ tags: ['docker', 'big'], isProtectedOnly: true })).toBeUndefined()
    expect(await claimBy({ tags: ['docker', 'big'], scope: 'project', projectIds: [2] })).toBeUndefined()
    expect(await claimBy({ tags: ['docker', 'big', 'more'], runUntagged: false })).toBe('a')
    await world.push('b: {script: x}', { branch: 'topic' })
    expect(await claimBy({ tags: ['docker'], runUntagged: false })).toBeUndefined()
    expect(await claimBy({ scope: 'project', projectIds: [1] })).toBe('b')
  })

  it('shares runners fairly: the project with the fewest running jobs is next, then the older job', async () => {
    await world.push('a1: {script: x}\na2: {script: x}\na3: {script: x}')
    await world.push('b1: {script: x}\nb2: {script: x}', { projectId: 2 })
    const runner = await world.runner()
    const names: (string | undefined)[] = []
    for (let index = 0; index < 5; index += 1) names.push((await world.claim(runner))?.job_info.name)
    expect(names).toEqual(['a1', 'b1', 'a2', 'b2', 'a3'])
  })

  it('takes first what a person has started by hand', async () => {
    await world.push('a: {script: x}\nm: {script: x, when: manual}')
    await world.push('b: {script: x}', { branch: 'other' })
    const [pipeline] = (await world.reader.pipelines({ ref: 'main' }, { page: 1, perPage: 1 })).items
    const [manual] = (await world.reader.jobs({ pipelineId: pipeline?.id ?? 0, name: 'm' }, { page: 1, perPage: 1 }))
      .items
    await world.coordinator.playJob(manual?.id ?? 0, {
      userId: 9,
      variables: [{ key: 'P', value: 'played', type: 'env_var', raw: false }],
    })
    const job = await world.claim(await world.runner())
    expect(job?.job_info.name).toBe('m')
    const values = Object.fromEntries((job?.variables ?? []).map(({ key, value }) => [key, value]))
    expect(values).toMatchObject({ P: 'played', GITLAB_USER_LOGIN: 'user-9', CI_JOB_MANUAL: 'true' })
  })

  it('names the artifacts and dotenv variables of the jobs before it', async () => {
    await world.push(
      'build: {stage: build, script: x}\nother: {stage: build, script: x}\ntest: {script: x, dependencies: [build]}\nfree: {script: x, needs: []}',
    )
    const runner = await world.runner()
    const jobs = [await world.claim(runner), await world.claim(runner), await world.claim(runner)]
    const [build, other] = [
      jobs.find(job => job?.job_info.name === 'build'),
      jobs.find(job => job?.job_info.name === 'other'),
    ]
    world.archives.set(build?.id ?? 0, { kind: 'kept', filename: 'artifacts.zip', sizeBytes: 12 })
    world.archives.set(other?.id ?? 0, { kind: 'kept', filename: 'artifacts.zip', sizeBytes: 13 })
    await world.coordinator.recordDotenv(build?.id ?? 0, 'VERSION=1.2\n')
    for (const job of jobs) {
      const lease = { jobId: job?.id ?? 0, lease: 1 }
      await world.coordinator.finish(lease, { status: 'success' }, { coverage: null })
    }
    const test = await world.claim(runner)
    expect(test?.dependencies).toEqual([
      { id: build?.id, name: 'build', token: test?.token, artifacts_file: { filename: 'artifacts.zip', size: 12 } },
    ])
    expect(test?.variables).toContainEqual(expect.objectContaining({ key: 'VERSION', value: '1.2' }))
  })

  it('fails a job whose artifacts have gone, and gives the next', async () => {
    await world.push('a: {stage: build, script: x}\nb: {script: x}\nc: {script: x, needs: []}')
    const runner = await world.runner()
    const a = await world.claim(runner)
    await world.coordinator.finish({ jobId: a?.id ?? 0, lease: 1 }, { status: 'success' }, { coverage: null })
    world.archives.set(a?.id ?? 0, { kind: 'gone' })
    expect((await world.claim(runner))?.job_info.name).toBe('c')
    expect(await world.job('b')).toMatchObject({ status: 'failed', failureReason: 'missing_dependency_failure' })
  })

  it('knows the images that earlier jobs pushed, and what comes next', async () => {
    await world.push(
      'a: {stage: build, script: x}\nb: {script: x, image: "$CI_REGISTRY_IMAGE:tool", services: [redis]}',
    )
    const runner = await world.runner()
    const a = await world.claim(runner)
    expect(a?.slipway.upcoming).toEqual([{ image: 'registry.example.com/group/project-1:tool', services: ['redis'] }])
    const image = { jobId: a?.id ?? 0, repository: 'group/project-1', tag: 'main' }
    await world.coordinator.recordPushedImage({ ...image, digest: 'sha256:old' })
    await world.coordinator.recordPushedImage({ ...image, digest: 'sha256:new' })
    await world.coordinator.finish({ jobId: a?.id ?? 0, lease: 1 }, { status: 'success' }, { coverage: null })
    const b = await world.claim(runner)
    expect(b?.slipway.pipeline_images).toEqual([
      { reference: 'registry.example.com/group/project-1:main', digest: 'sha256:new' },
    ])
  })
})

describe('id_tokens', () => {
  const yaml = 'a: {script: x, id_tokens: {VAULT: {aud: "https://vault.example.com"}}}'

  it('are signed for their audience, with what the server knows of the job', async () => {
    const signed = await openRunWorld({ deps: { idTokens: { sign: async claims => JSON.stringify(claims) } } })
    await signed.push(yaml)
    const job = await signed.claim(await signed.runner())
    const variable = job?.variables.find(each => each.key === 'VAULT')
    expect(variable).toMatchObject({ masked: true })
    expect(JSON.parse(variable?.value ?? '')).toMatchObject({
      iss: 'http://127.0.0.1:8080',
      aud: 'https://vault.example.com',
      sub: 'project_path:group/project-1:ref_type:branch:ref:main',
      project_path: 'group/project-1',
      namespace_path: 'group',
      job_id: String(job?.id),
      user_login: 'user-7',
      ref_protected: 'true',
      exp: Date.parse('2026-01-01T13:00:00.000Z') / 1000,
    })
    await signed.close()
  })

  it('fail the job where nobody can sign them', async () => {
    await world.push(yaml)
    expect(await world.claim(await world.runner())).toBeNull()
    expect(await world.job('a')).toMatchObject({ status: 'failed', message: expect.stringContaining('id_tokens') })
  })
})

describe('tokens', () => {
  it('live as long as their job runs', async () => {
    await world.push('a: {script: x}')
    const job = await world.claim(await world.runner())
    const tokens = createJobTokens(world.reader)
    const hash = hashToken(job?.token ?? '')
    expect(await tokens.find(hash)).toEqual({ jobId: job?.id, projectId: 1, userId: 7, running: true })
    expect(await tokens.find(hashToken(job?.slipway.lease_token ?? ''))).toBeNull()
    await world.coordinator.finish({ jobId: job?.id ?? 0, lease: 1 }, { status: 'success' }, { coverage: null })
    expect(await tokens.find(hash)).toBeNull()
  })

  it('are not in the database', async () => {
    await world.push('a: {script: x}', { pushOptions: ['ci.variable=S=very-secret-value'] })
    const job = await world.claim(await world.runner())
    const rows = [
      ...(await world.database.selectFrom('job').selectAll().execute()),
      ...(await world.database.selectFrom('pipeline_detail').selectAll().execute()),
      ...(await world.database.selectFrom('job_definition').selectAll().execute()),
    ]
    const text = JSON.stringify(rows)
    for (const secret of [job?.token, job?.slipway.lease_token, 'very-secret-value', 'hush'])
      expect(text.includes(secret ?? '?')).toBe(false)
  })
})
