import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { JobPayload } from '../../../../src/run/protocol.ts'
import { type ApiWorld, openApiWorld } from '../../../support/server/api-world.ts'
import { makeZip } from '../../../support/zip.ts'

const yaml = `
build:
  stage: build
  script: make
  coverage: '/cov: (\\d+)%/'
  artifacts:
    paths: [out]
    access: developer
deploy:
  stage: deploy
  when: manual
  script: make deploy
`

let world: ApiWorld
let payload: JobPayload
const as = (role: keyof ApiWorld['tokens']) => ({ as: world.tokens[role] })
const lease = () => ({ headers: { 'job-token': payload.slipway.lease_token } })

beforeAll(async () => {
  world = await openApiWorld()
})
afterAll(() => world.close())

beforeEach(async () => {
  await world.runs.push(yaml, { branch: 'topic' })
  const claimed = await world.claim()
  if (claimed === null) throw new Error('there was no job')
  payload = claimed
})

async function sendLog(text: string): Promise<void> {
  const start = await world.traces.size(payload.id)
  await world.call('PATCH', `jobs/${payload.id}/trace`, {
    headers: {
      ...lease().headers,
      'content-type': 'text/plain',
      'content-range': `${start}-${start + text.length - 1}`,
    },
    body: text,
  })
}

async function upload(query: string, bytes: Buffer): Promise<void> {
  const headers = { ...lease().headers, 'content-type': 'application/octet-stream' }
  expect((await world.call('POST', `jobs/${payload.id}/artifacts?${query}`, { headers, body: bytes })).status).toBe(201)
}

const end = (state: string) => world.call('PUT', `jobs/${payload.id}`, { ...lease(), body: { state } })
const read = async (id = payload.id) => (await world.call('GET', `:p/jobs/${id}`, as('guest'))).body
const deployId = async () => (await world.runs.job('deploy')).id

describe('a job', () => {
  test('is seen through its life in GitLab’s shape', async () => {
    expect(await read()).toMatchObject({
      name: 'build',
      status: 'running',
      stage: 'build',
      ref: 'topic',
      runner: { online: true },
      finished_at: null,
    })
    await world.call('POST', `slipway/jobs/${payload.id}/begin`, lease())
    await sendLog('cov: 12%\ncov: 81%\nbye\n')
    await upload('filename=out.zip', makeZip([{ name: 'out/a', content: 'x' }]))
    world.runs.clock.pass(30)
    expect((await end('success')).status).toBe(200)
    expect(await read()).toMatchObject({
      status: 'success',
      coverage: 81,
      duration: 30,
      artifacts_file: { filename: 'out.zip' },
      pipeline: { ref: 'topic' },
      user: { username: 'pusher' },
      web_url: `https://ci.example.com/group/app/-/jobs/${payload.id}`,
    })
    expect((await read()).artifacts.map((file: { file_type: string }) => file.file_type)).toEqual(['archive', 'trace'])
  })

  test('that failed tells why', async () => {
    await world.call('PUT', `jobs/${payload.id}`, {
      ...lease(),
      body: { state: 'failed', failure_reason: 'script_failure', exit_code: 7 },
    })
    expect(await read()).toMatchObject({ status: 'failed', failure_reason: 'script_failure', exit_code: 7 })
  })

  test('takes no words after its end', async () => {
    await end('success')
    expect((await end('failed')).status).toBe(409)
    await sendLog('late')
    expect(await world.traces.size(payload.id)).toBe(0)
    expect((await read()).status).toBe('success')
  })

  test('is listed by pipeline and by project, by status and with its older attempts', async () => {
    await end('failed')
    const { body: again } = await world.call('POST', `:p/jobs/${payload.id}/retry`, as('developer'))
    const names = async (path: string) =>
      (await world.call('GET', path, as('guest'))).body.map((job: { name: string; id: number }) => job.id)
    const pipeline = `:p/pipelines/${payload.slipway.pipeline_id}/jobs`
    const manual = await deployId()
    expect(new Set(await names(pipeline))).toEqual(new Set([manual, again.id]))
    expect(new Set(await names(`${pipeline}?include_retried=true`))).toEqual(new Set([payload.id, manual, again.id]))
    expect(await names(`${pipeline}?scope[]=pending&scope[]=failed`)).toEqual([again.id])
    expect(await names(`${pipeline}?scope=created`)).toEqual([manual])
    expect(await names(':p/jobs?scope=running')).toEqual([])
    expect((await world.call('GET', `${pipeline}?scope=nonsense`, as('guest'))).status).toBe(400)
    await world.call('POST', `:p/jobs/${again.id}/cancel`, as('developer'))
  })

  test('is canceled, and its runner is told', async () => {
    expect((await world.call('POST', `:p/jobs/${payload.id}/cancel`, as('reporter'))).status).toBe(403)
    expect((await world.call('POST', `:p/jobs/${payload.id}/cancel`, as('developer'))).status).toBe(201)
    const beat = await world.call('POST', 'slipway/heartbeat', {
      headers: { authorization: `Bearer ${world.runnerToken}` },
      body: { leases: [{ job_id: payload.id, lease: payload.slipway.lease }] },
    })
    expect(beat.body).toEqual({ ended: [], canceling: [payload.id] })
    await end('canceled')
    expect((await read()).status).toBe('canceled')
    expect((await world.call('POST', `:p/jobs/${payload.id}/cancel`, as('developer'))).status).toBe(403)
  })

  test('that is manual is played with variables', async () => {
    await end('success')
    const id = await deployId()
    const body = { job_variables_attributes: [{ key: 'WHERE', value: 'there' }] }
    const { status, body: played } = await world.call('POST', `:p/jobs/${id}/play`, { ...as('developer'), body })
    expect([status, played.status]).toEqual([200, 'pending'])
    const job = await world.claim()
    expect(job?.variables.find(variable => variable.key === 'WHERE')?.value).toBe('there')
    expect((await world.call('POST', `:p/jobs/${id}/play`, as('developer'))).status).toBe(400)
  })

  test('is told by its own token', async () => {
    const { body } = await world.call('GET', 'job', { headers: { 'job-token': payload.token } })
    expect(body.id).toBe(payload.id)
    await end('success')
    expect((await world.call('GET', 'job', { headers: { 'job-token': payload.token } })).status).toBe(401)
  })

  test('is erased with its log and artifacts', async () => {
    await sendLog('secret')
    await upload('', makeZip([{ name: 'a', content: 'x' }]))
    expect((await world.call('POST', `:p/jobs/${payload.id}/erase`, as('developer'))).status).toBe(403)
    await end('success')
    expect((await world.call('POST', `:p/jobs/${payload.id}/erase`, as('developer'))).status).toBe(201)
    expect(await read()).toMatchObject({ artifacts: [], status: 'success' })
    expect((await read()).erased_at).not.toBeNull()
    expect((await world.call('GET', `:p/jobs/${payload.id}/trace`, as('guest'))).body).toBe('')
  })
})

describe('the log of a job', () => {
  const trace = (range?: string) =>
    world.call('GET', `:p/jobs/${payload.id}/trace`, { ...as('guest'), headers: range === undefined ? {} : { range } })

  test('is read whole or by ranges', async () => {
    await sendLog('0123456789')
    expect(await trace()).toMatchObject({
      status: 200,
      body: '0123456789',
      headers: { 'content-length': '10', 'accept-ranges': 'bytes' },
    })
    expect(await trace('bytes=2-4')).toMatchObject({
      status: 206,
      body: '234',
      headers: { 'content-range': 'bytes 2-4/10' },
    })
    expect(await trace('bytes=8-')).toMatchObject({ status: 206, body: '89' })
    expect(await trace('bytes=-3')).toMatchObject({ status: 206, body: '789' })
    expect(await trace('bytes=5-99')).toMatchObject({ status: 206, body: '56789' })
    expect(await trace('bytes=10-')).toMatchObject({ status: 416, headers: { 'content-range': 'bytes */10' } })
    for (const odd of ['bytes=4-2', 'bytes=a-b', 'bytes=0-1,3-4', 'lines=1-2'])
      expect((await trace(odd)).status).toBe(200)
  })

  test('is text for download and never a page', async () => {
    await sendLog('<script>')
    const { headers } = await trace()
    expect(headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['content-disposition']).toContain('attachment')
  })

  test('knows when its bytes came', async () => {
    await sendLog('a\n')
    world.runs.clock.pass(5)
    await sendLog('b\n')
    const { body } = await world.call(
      'GET',
      `slipway/projects/${world.project.id}/jobs/${payload.id}/trace_times`,
      as('guest'),
    )
    expect(body.times.map(([offset]: [number]) => offset)).toEqual([0, 2])
    expect(body.times[1][1] - body.times[0][1]).toBe(5000)
  })

  test('is searched together with those of the whole pipeline', async () => {
    await sendLog('one\ntwo \x1b[31mneedle\x1b[0m\nthree\n')
    const { body } = await world.call(
      'GET',
      `slipway/projects/${world.project.id}/pipelines/${payload.slipway.pipeline_id}/log_search?search=needle`,
      as('guest'),
    )
    expect(body).toEqual({
      hits: [
        {
          pipeline_id: payload.slipway.pipeline_id,
          job_id: payload.id,
          job_name: 'build',
          line: 2,
          text: 'two needle',
          column: 4,
          length: 6,
        },
      ],
      is_cut: false,
    })
    const ofProject = await world.call(
      'GET',
      `slipway/projects/${world.project.id}/log_search?search=needle`,
      as('guest'),
    )
    expect(ofProject.body).toEqual(body)
  })
})

describe('the artifacts of a job', () => {
  const archive = makeZip([
    { name: 'out/', content: '' },
    { name: 'out/report.html', content: '<script>alert(1)</script>' },
    { name: 'out/deep/a b.txt', content: 'hello' },
    { name: 'link', content: '/etc/passwd', mode: 0o120777 },
  ])
  const get = (path: string, role: keyof ApiWorld['tokens'] = 'developer') =>
    world.call('GET', `:p/jobs/${path}`, as(role))

  beforeEach(() => upload('filename=build.zip', archive))

  test('are downloaded whole', async () => {
    const { bytes, headers } = await get(`${payload.id}/artifacts`)
    expect(bytes.equals(archive)).toBe(true)
    expect(headers['content-disposition']).toContain('build.zip')
  })

  test('are read file by file, never as pages of ours', async () => {
    const { body, headers } = await get(`${payload.id}/artifacts/out/report.html`)
    expect(body).toBe('<script>alert(1)</script>')
    expect(headers['content-type']).toBe('application/octet-stream')
    expect(headers['content-security-policy']).toBe('sandbox')
    expect(headers['content-disposition']).toContain('attachment')
    expect((await get(`${payload.id}/artifacts/out/deep/a%20b.txt`)).body).toBe('hello')
  })

  test.each(['nope', 'out', 'link', 'out/..%2f..%2fetc/passwd', '..%2f..%2fsecret'])('have no file %s', async path => {
    expect((await get(`${payload.id}/artifacts/${path}`)).status).toBe(404)
  })

  test('are listed', async () => {
    const paths = async (query: string) =>
      (await get(`${payload.id}/artifacts/tree?${query}`)).body.map(
        (entry: { type: string; path: string }) => `${entry.type} ${entry.path}`,
      )
    expect(await paths('recursive=true')).toEqual(['other link', 'file out/deep/a b.txt', 'file out/report.html'])
    expect(await paths('')).toEqual(['other link', 'directory out'])
    expect(await paths('path=out')).toEqual(['directory out/deep', 'file out/report.html'])
  })

  test('of the newest successful pipeline are found by ref and job', async () => {
    expect((await get('artifacts/topic/download?job=nothing')).status).toBe(404)
    await end('success')
    const deploy = await world.call('POST', `:p/jobs/${await deployId()}/play`, as('developer'))
    expect(deploy.status).toBe(200)
    const job = await world.claim()
    await world.call('PUT', `jobs/${job?.id}`, {
      headers: { 'job-token': job?.slipway.lease_token ?? '' },
      body: { state: 'success' },
    })
    expect((await get('artifacts/topic/download?job=build')).bytes.equals(archive)).toBe(true)
    expect((await get('artifacts/topic/raw/out/deep/a%20b.txt?job=build')).body).toBe('hello')
    expect((await get('artifacts/nowhere/download?job=build')).status).toBe(404)
  })

  test('are for developers where the file says so', async () => {
    expect((await get(`${payload.id}/artifacts`, 'reporter')).status).toBe(403)
    expect((await get(`${payload.id}/artifacts/out/report.html`, 'reporter')).status).toBe(403)
    expect((await get(`${payload.id}/artifacts`, 'eve')).status).toBe(404)
  })

  test('are kept, and deleted', async () => {
    expect((await read()).artifacts_expire_at).not.toBeNull()
    await world.call('POST', `:p/jobs/${payload.id}/artifacts/keep`, as('developer'))
    expect((await read()).artifacts_expire_at).toBeNull()
    await end('success')
    expect((await world.call('DELETE', `:p/jobs/${payload.id}/artifacts`, as('reporter'))).status).toBe(403)
    expect((await world.call('DELETE', `:p/jobs/${payload.id}/artifacts`, as('developer'))).status).toBe(204)
    expect((await get(`${payload.id}/artifacts`)).status).toBe(404)
  })

  test('make the test report of the pipeline', async () => {
    const xml = (name: string, inner: string) =>
      `<?xml version="1.0"?><testsuite name="s"><testcase name="${name}">${inner}</testcase></testsuite>`
    await upload(
      'artifact_type=junit&artifact_format=gzip&filename=junit.xml.gz',
      gzipSync(xml('good', '') + xml('bad', '<failure>no</failure>')),
    )
    const { body } = await world.call('GET', `:p/pipelines/${payload.slipway.pipeline_id}/test_report`, as('guest'))
    expect(body).toMatchObject({ total_count: 2, failed_count: 1, test_suites: [{ name: 'build' }] })
    expect(body.test_suites[0].test_cases[0]).toMatchObject({ name: 'bad', status: 'failed', system_output: 'no' })
    const summary = await world.call(
      'GET',
      `:p/pipelines/${payload.slipway.pipeline_id}/test_report_summary`,
      as('guest'),
    )
    expect(summary.body.total).toMatchObject({ count: 2, failed: 1 })
  })
})
