// What the server makes of the language beside running it, seen through its public doors: push options, merge requests,
// releases, id_tokens, and whose rights a pipeline has. No job runs: the test is the runner.
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProject, type TestProject } from '../support/project.ts'
import { type Slipway, startSlipway } from '../support/slipway.ts'

let slipway: Slipway
let project: TestProject
let runnerToken: string

beforeAll(async () => {
  slipway = await startSlipway({ words: ['up', '--no-runner'] })
  project = await createProject(slipway, 'my-group/my-project')
  const made = await slipway.api<{ token: string }>('POST', '/user/runners', { runner_type: 'instance_type' })
  runnerToken = made.body.token
  await push('base: { script: [a] }', 'master', 'ci.skip')
}, 120_000)

afterAll(async () => {
  await project?.remove()
  await slipway?.stop()
}, 60_000)

type Job = {
  readonly id: number
  readonly token: string
  readonly job_info: { readonly name: string }
  readonly variables: readonly { readonly key: string; readonly value: string; readonly masked: boolean }[]
  readonly slipway: { readonly lease: number; readonly lease_token: string; readonly pipeline_id: number }
}
type Pipeline = {
  readonly id: number
  readonly iid: number
  readonly ref: string
  readonly source: string
  readonly status: string
}

async function call<T>(method: string, path: string, headers: Readonly<Record<string, string>>, body?: unknown) {
  const isForm = body instanceof FormData
  const response = await fetch(`${slipway.url}/api/v4${path}`, {
    method,
    headers: { ...headers, ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as T }
}

let nonces = 0
async function claim(): Promise<Job> {
  nonces += 1
  const headers = { authorization: `Bearer ${runnerToken}` }
  const answer = await call<Job>('POST', '/slipway/claim', headers, { nonce: `a-long-nonce-${nonces}` })
  if (answer.status !== 201) throw new Error(`no job: ${answer.status}`)
  return answer.body
}

async function succeed(job: Job): Promise<void> {
  const lease = { 'job-token': job.slipway.lease_token }
  await call('POST', `/slipway/jobs/${job.id}/begin`, lease)
  const end = { token: job.slipway.lease_token, state: 'success', slipway: { lease: job.slipway.lease } }
  expect((await call('PUT', `/jobs/${job.id}`, lease, end)).status).toBe(200)
}

const valueIn = (job: Job, key: string): string | undefined => job.variables.find(each => each.key === key)?.value
const way = (path: string): string => `/projects/${project.id}${path}`
const newest = async (ref: string): Promise<Pipeline> => {
  const { body } = await slipway.api<Pipeline[]>('GET', way(`/pipelines?ref=${ref}`))
  if (body[0] === undefined) throw new Error(`no pipeline of ${ref}`)
  return body[0]
}

async function push(yaml: string, branch: string, ...options: string[]): Promise<string> {
  await project.write({ '.gitlab-ci.yml': yaml })
  await project.commit('Change something')
  const words = options.flatMap(option => ['-o', option])
  const pushed = await project.push(...words, 'origin', `HEAD:${branch}`)
  expect(pushed.exitCode, pushed.output).toBe(0)
  return pushed.output
}

describe('push options', { timeout: 60_000 }, () => {
  it('skip, give variables, and fill inputs', async () => {
    const yaml = 'spec: { inputs: { kind: { default: none } } }\n---\n"job $[[ inputs.kind ]]": { script: [a] }\n'
    expect(await push(yaml, 'options', 'ci.skip')).toContain('is skipped')
    expect((await newest('options')).status).toBe('skipped')
    await push(yaml, 'options', 'ci.variable=COLOR=green=blue', 'ci.input=kind=nightly')
    const job = await claim()
    expect(job.job_info.name).toBe('job nightly')
    expect(valueIn(job, 'COLOR')).toBe('green=blue')
    await succeed(job)
    const { id } = await newest('options')
    expect((await slipway.api('GET', way(`/pipelines/${id}/variables`))).body).toEqual([
      { key: 'COLOR', value: 'green=blue', variable_type: 'env_var', raw: false },
    ])
  })

  it('open a merge request, whose pipeline compares with where the branches part', async () => {
    await push('base: { script: [b] }', 'master', 'ci.skip')
    await project.git('checkout', '-q', '-b', 'topic')
    await project.write({ 'docs/page.md': 'text\n' })
    await project.commit('Write docs')
    const yaml = [
      'docs: { script: [a], rules: [{ if: $CI_MERGE_REQUEST_IID, changes: [docs/*] }] }',
      'source: { script: [a], rules: [{ if: $CI_MERGE_REQUEST_IID, changes: [src/*] }] }',
    ].join('\n')
    const output = await push(yaml, 'topic', 'merge_request.create', 'merge_request.title=Say more')
    expect(output).toContain('Merge request !1 (topic into master) is open.')
    expect(output).toContain('for merge request !1')
    const job = await claim()
    expect(job.job_info.name).toBe('docs')
    expect(valueIn(job, 'CI_MERGE_REQUEST_TITLE')).toBe('Say more')
    expect(await project.git('ls-remote', 'origin', valueIn(job, 'CI_MERGE_REQUEST_REF_PATH') ?? '')).toContain(
      await project.git('rev-parse', 'topic'),
    )
    expect(valueIn(job, 'CI_MERGE_REQUEST_DIFF_BASE_SHA')).toBe(await project.git('rev-parse', 'origin/master'))
    await succeed(job)
    await project.git('checkout', '-q', 'master')
    await project.git('merge', '-q', 'topic')
    const merged = await project.push('-o', 'ci.skip', 'origin', 'master')
    expect(merged.output).toContain('Merge request !1 is merged')
    expect((await slipway.api('GET', way('/merge_requests/1'))).body).toMatchObject({ state: 'merged' })
  })
})

describe('a release', { timeout: 60_000 }, () => {
  it('is made by the job, with an annotated tag whose pipeline follows, and is seen by the API and at the tag', async () => {
    const yaml = [
      'ship:',
      '  script: [make]',
      '  rules: [{ if: $CI_COMMIT_BRANCH }]',
      '  release: { tag_name: v1.0, tag_message: Signed off, description: README.md }',
      'tagged: { script: [a], rules: [{ if: $CI_COMMIT_TAG }] }',
    ].join('\n')
    await project.write({ 'README.md': '# Read me\n' })
    await push(yaml, 'release')
    await succeed(await claim())
    const shown = await slipway.api<Record<string, unknown>>('GET', way('/releases/v1.0'))
    const sha = await project.git('rev-parse', 'HEAD')
    expect(shown.body).toMatchObject({ description: '# Read me\n', commit: { id: sha }, author: { username: 'root' } })
    const tag = await slipway.api('GET', way('/repository/tags/v1.0'))
    expect(tag.body).toMatchObject({ message: 'Signed off', release: { tag_name: 'v1.0' } })
    const job = await claim()
    expect(job.job_info.name).toBe('tagged')
    expect(valueIn(job, 'CI_COMMIT_TAG_MESSAGE')?.trim()).toBe('Signed off')
    await succeed(job)
  })
})

describe('id_tokens', { timeout: 60_000 }, () => {
  it('verify against the served keys, are masked, and say what GitLab says', async () => {
    const yaml = 'a: { script: [a], id_tokens: { VAULT: { aud: "https://vault.example.com" } } }'
    await push(yaml, 'tokens')
    const job = await claim()
    const discovery = await fetch(`${slipway.url}/.well-known/openid-configuration`)
    const { issuer, jwks_uri: keys } = (await discovery.json()) as { issuer: string; jwks_uri: string }
    expect(keys).toBe(`${slipway.url}/oauth/discovery/keys`)
    const token = job.variables.find(each => each.key === 'VAULT')
    expect(token?.masked).toBe(true)
    const { payload } = await jwtVerify(token?.value ?? '', createRemoteJWKSet(new URL(keys)), {
      issuer,
      audience: 'https://vault.example.com',
    })
    expect(payload).toMatchObject({
      iss: slipway.url,
      sub: 'project_path:my-group/my-project:ref_type:branch:ref:tokens',
      project_path: 'my-group/my-project',
      namespace_path: 'my-group',
      pipeline_id: String(job.slipway.pipeline_id),
      job_id: String(job.id),
      ref: 'tokens',
      ref_protected: 'false',
      user_login: 'root',
    })
    await succeed(job)
  })
})

describe('a push with a token of the project', { timeout: 60_000 }, () => {
  async function pushAs(user: string, password: string, branch: string): Promise<Job> {
    const remote = new URL(`${slipway.url}/my-group/my-project.git`)
    remote.username = user
    remote.password = password
    await project.write({ '.gitlab-ci.yml': `job: { script: [a] } # ${branch}\n` })
    await project.commit(`For ${branch}`)
    const pushed = await project.push(remote.href, `HEAD:${branch}`)
    expect(pushed.exitCode, pushed.output).toBe(0)
    return await claim()
  }

  /** Its token knows the job, and opens its repository. */
  async function expectOpen(job: Job): Promise<void> {
    expect((await call('GET', '/job', { 'job-token': job.token })).status).toBe(200)
    const remote = new URL(`${slipway.url}/my-group/my-project.git`)
    remote.username = 'gitlab-ci-token'
    remote.password = job.token
    expect(await project.git('ls-remote', remote.href)).toContain('refs/heads/master')
    await succeed(job)
  }

  it('has jobs with the rights of its bot', async () => {
    const body = { name: 'bot', scopes: ['write_repository'], access_level: 30, expires_at: '2099-01-01' }
    const made = await slipway.api<{ token: string }>('POST', way('/access_tokens'), body)
    await expectOpen(await pushAs('bot', made.body.token, 'by-bot'))
  })

  it('or a deploy token, has jobs with the rights of who made it', async () => {
    const body = { name: 'deploy', scopes: ['write_repository', 'read_repository'] }
    const made = await slipway.api<{ token: string; username: string }>('POST', way('/deploy_tokens'), body)
    const job = await pushAs(made.body.username, made.body.token, 'by-deploy-token')
    expect(valueIn(job, 'GITLAB_USER_LOGIN')).toBe('root')
    await expectOpen(job)
  })
})

describe('other ways to a pipeline', { timeout: 60_000 }, () => {
  it('a trigger token opens it in each of the forms that GitLab documents', async () => {
    await push('job: { script: [a] }', 'master', 'ci.skip')
    const { body: trigger } = await slipway.api<{ token: string }>('POST', way('/triggers'), { description: 'test' })
    const form = new FormData()
    form.set('token', trigger.token)
    form.set('ref', 'master')
    form.set('variables[COLOR]', 'red')
    const made = await call<Pipeline>('POST', way('/trigger/pipeline'), {}, form)
    expect(made).toMatchObject({ status: 201, body: { source: 'trigger', ref: 'master' } })
    const job = await claim()
    expect(valueIn(job, 'COLOR')).toBe('red')
    expect(valueIn(job, 'CI_PIPELINE_TRIGGERED')).toBe('true')
    await succeed(job)
    for (const path of [
      `/trigger/pipeline?token=${trigger.token}&ref=master`,
      `/ref/master/trigger/pipeline?token=${trigger.token}`,
    ]) {
      expect((await call<Pipeline>('POST', way(path), {})).status).toBe(201)
      await succeed(await claim())
    }
    expect((await call('POST', way('/trigger/pipeline'), {}, { token: 'glptt-wrong', ref: 'master' })).status).toBe(404)
  })

  it('a schedule tells its next run in its time zone, runs now, and gives its variables', async () => {
    const { body: schedule } = await slipway.api<{ id: number; next_run_at: string }>(
      'POST',
      way('/pipeline_schedules'),
      {
        description: 'nightly',
        ref: 'master',
        cron: '30 2 * * *',
        cron_timezone: 'Europe/Berlin',
      },
    )
    const hour = new Intl.DateTimeFormat('en', {
      timeZone: 'Europe/Berlin',
      hour: '2-digit',
      minute: '2-digit',
      hour12: false,
    })
    expect(hour.format(new Date(schedule.next_run_at))).toBe('02:30')
    await slipway.api('POST', way(`/pipeline_schedules/${schedule.id}/variables`), { key: 'KIND', value: 'night' })
    expect((await slipway.api('POST', way(`/pipeline_schedules/${schedule.id}/play`))).status).toBe(201)
    const job = await claim()
    expect(valueIn(job, 'KIND')).toBe('night')
    expect(valueIn(job, 'CI_PIPELINE_SCHEDULE_DESCRIPTION')).toBe('nightly')
    await succeed(job)
  })

  it('a job starts a pipeline of its own project with its token', async () => {
    await push('job: { script: [a] }', 'master')
    const job = await claim()
    const made = await call<Pipeline>('POST', way('/trigger/pipeline'), {}, { token: job.token, ref: 'master' })
    expect(made).toMatchObject({ status: 201, body: { source: 'pipeline' } })
    await succeed(job)
    await succeed(await claim())
  })
})
