import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { JobPayload } from '../../../src/run/protocol.ts'
import { type ApiWorld, openApiWorld } from '../../support/server/api-world.ts'
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary.ts'
import { makeZip } from '../../support/zip.ts'

const launcher = join(import.meta.dirname, '../../../bin/slipway')
const yaml = 'build:\n  script: make\ndeploy:\n  stage: deploy\n  when: manual\n  allow_failure: true\n  script: x\n'

let world: ApiWorld
let url: string
let folder: TemporaryFolder
let payload: JobPayload

beforeAll(async () => {
  world = await openApiWorld()
  url = await world.listen()
  folder = await createTemporaryFolder()
})
afterAll(async () => {
  await world.close()
  await folder.remove()
})

beforeEach(async () => {
  await world.runs.push(yaml, { branch: 'topic' })
  const claimed = await world.claim()
  if (claimed === null) throw new Error('there was no job')
  payload = claimed
})

function start(words: readonly string[], token = world.tokens.developer) {
  const env = { SLIPWAY_URL: url, SLIPWAY_TOKEN: token, XDG_CONFIG_HOME: folder.path, NO_COLOR: '1' }
  return execa(launcher, words, { env, cwd: folder.path, reject: false, stripFinalNewline: false })
}

async function say(text: string): Promise<void> {
  const from = await world.traces.size(payload.id)
  const headers = {
    'job-token': payload.slipway.lease_token,
    'content-type': 'text/plain',
    'content-range': `${from}-${from + Buffer.byteLength(text) - 1}`,
  }
  expect((await world.call('PATCH', `jobs/${payload.id}/trace`, { headers, body: text })).status).toBe(202)
}

async function end(state: string): Promise<void> {
  const headers = { 'job-token': payload.slipway.lease_token }
  expect((await world.call('PUT', `jobs/${payload.id}`, { headers, body: { state } })).status).toBe(200)
}

/** Waits until what the command has printed so far holds the text. */
function printed(command: ReturnType<typeof start>, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let all = ''
    command.stdout.on('data', chunk => {
      all += String(chunk)
      if (all.includes(text)) resolve()
    })
    command.then(({ stdout, stderr }) => reject(new Error(`it ended without '${text}': ${stdout} ${stderr}`)), reject)
  })
}

describe('slipway job trace', () => {
  test('prints what is there, from an offset on', async () => {
    await say('one\ntwo\n')
    expect((await start(['job', 'trace', String(payload.id)])).stdout).toBe('one\ntwo\n')
    expect((await start(['job', 'trace', String(payload.id), '--offset', '4'])).stdout).toBe('two\n')
    expect((await start(['job', 'trace', String(payload.id), '--offset', '99'])).stdout).toBe('')
    await end('success')
  })

  test.each([
    ['success', 0],
    ['failed', 1],
  ])(
    'followed to the end %s exits with %i, and has every byte once although the line breaks',
    async (state, exitCode) => {
      await say('first\n')
      const following = start(['job', 'trace', String(payload.id), '--follow'])
      await printed(following, 'first')
      const second = printed(following, 'line 49')
      const lines = Array.from({ length: 50 }, (_, index) => `line ${index} ${'ü'.repeat(200)}\n`)
      for (const [index, line] of lines.entries()) {
        await say(line)
        if (index % 20 === 10) world.breakLive()
      }
      await second
      await end(state)
      const { stdout, exitCode: code } = await following
      expect(stdout === `first\n${lines.join('')}`).toBe(true)
      expect(code).toBe(exitCode)
    },
  )

  test('fetches a long log from before the last MiB, too', async () => {
    const line = `${'x'.repeat(1023)}\n`
    for (let count = 0; count < 3; count += 1) await say(line.repeat(1024))
    await end('success')
    const { stdout } = await start(['job', 'trace', String(payload.id), '--follow'])
    expect(stdout.length).toBe(3 * 1024 * 1024)
  })

  test('is told that a job does not exist, to strangers too', async () => {
    await end('success')
    for (const token of [world.tokens.developer, world.tokens.eve]) {
      const id = token === world.tokens.eve ? payload.id : 999_999
      const { exitCode, stderr } = await start(['job', 'trace', String(id), '--follow'], token)
      expect([exitCode, stderr]).toEqual([1, 'slipway: 404 Job Not Found\n'])
    }
  })
})

describe('slipway pipeline', () => {
  test('is watched to its end', async () => {
    const watching = start(['pipeline', 'view', String(payload.slipway.pipeline_id), '--watch'])
    await printed(watching, 'test: build')
    world.breakLive()
    await end('failed')
    const { stdout, exitCode } = await watching
    expect(stdout).toContain(`build (job ${payload.id}) is running`)
    expect(stdout).toContain(`build (job ${payload.id}) is failed`)
    expect(exitCode).toBe(1)
  })

  test('is started with variables, listed, retried and canceled', async () => {
    await end('failed')
    const words = ['--project', 'group/app', '--json']
    const run = await start(['pipeline', 'run', '--ref', 'topic', '--variable', 'A=1', ...words])
    const started = JSON.parse(run.stdout)
    expect([run.exitCode, started.source]).toEqual([0, 'api'])
    const listed = JSON.parse((await start(['pipeline', 'list', '--ref', 'topic', '--limit', '1', ...words])).stdout)
    expect(listed.map((each: { id: number }) => each.id)).toEqual([started.id])
    const canceled = await start(['pipeline', 'cancel', String(started.id), '--json'])
    expect(JSON.parse(canceled.stdout).status).toBe('canceled')
    expect((await start(['pipeline', 'view', String(started.id), '--watch'])).exitCode).toBe(3)
    const retried = await start(['pipeline', 'retry', String(started.id)])
    expect(retried.stdout).toBe(`Retried: pipeline ${started.id} is pending.\n`)
    await start(['pipeline', 'cancel', String(started.id)])
  })

  test('is started with inputs, whatever their type', async () => {
    await end('failed')
    const header = 'spec: { inputs: { kind: { default: none }, count: { type: number, default: 1 } } }'
    await world.runs.push(
      `${header}\n---\n"job $[[ inputs.kind ]]": { script: [x], parallel: "$[[ inputs.count ]]" }`,
      {
        branch: 'inputs',
      },
    )
    const words = ['--project', 'group/app', '--ref', 'inputs', '--input', 'kind=nightly', 'count=2', '--json']
    const { id } = JSON.parse((await start(['pipeline', 'run', ...words])).stdout)
    expect(Object.keys(await world.runs.statuses(id))).toEqual(['job nightly 1/2', 'job nightly 2/2'])
    await start(['pipeline', 'cancel', String(id)])
  })

  test('tells wrong usage with exit code 2', async () => {
    await end('success')
    for (const words of [
      ['pipeline', 'view', 'x'],
      ['job', 'list'],
      ['job', 'trace', '1', '--offset', '-1'],
      ['pipeline', 'run', '--project', 'group/app', '--ref', 'topic', '--variable', 'A'],
    ]) {
      expect((await start(words)).exitCode).toBe(2)
    }
  })
})

describe('slipway job', () => {
  test('lists, plays and cancels', async () => {
    await end('success')
    const list = JSON.parse(
      (await start(['job', 'list', '--pipeline', String(payload.slipway.pipeline_id), '--json'])).stdout,
    )
    const deploy = list.find((job: { name: string }) => job.name === 'deploy')
    expect((await start(['job', 'play', String(deploy.id)])).stdout).toBe(
      `Started: deploy (job ${deploy.id}) is pending.\n`,
    )
    expect((await start(['job', 'cancel', String(deploy.id)])).stdout).toBe(
      `Canceled: deploy (job ${deploy.id}) is canceled.\n`,
    )
    const again = JSON.parse((await start(['job', 'retry', String(deploy.id), '--json'])).stdout)
    expect(again).toMatchObject({ name: 'deploy', status: 'pending' })
    await start(['job', 'cancel', String(again.id)])
  })

  test('downloads artifacts, whole or a file, and leaves nothing half', async () => {
    const archive = makeZip([{ name: 'out/a.txt', content: 'hello' }])
    const headers = { 'job-token': payload.slipway.lease_token, 'content-type': 'application/octet-stream' }
    await world.call('POST', `jobs/${payload.id}/artifacts?filename=build.zip`, { headers, body: archive })
    await end('success')
    expect((await start(['job', 'artifacts', String(payload.id)])).exitCode).toBe(0)
    expect((await readFile(join(folder.path, 'build.zip'))).equals(archive)).toBe(true)
    expect((await start(['job', 'artifacts', String(payload.id), 'out/a.txt', '--output', '-'])).stdout).toBe('hello')
    const missing = await start(['job', 'artifacts', String(payload.id), 'nope'])
    expect([missing.exitCode, missing.stderr]).toEqual([
      1,
      `slipway: job ${payload.id} (build) has no file nope in its artifacts\n`,
    ])
    expect((await readdir(folder.path)).filter(name => name.endsWith('.part'))).toEqual([])
  })
})
