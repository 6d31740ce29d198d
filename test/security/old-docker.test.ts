// S23: a job's own Docker that its makers know to be open. What it says it is is heard once for each image; what its owner wants
// done then is done.
import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createDockerExecutor } from '../../src/executor/docker/docker-executor.ts'
import { createDockerHoles } from '../../src/executor/docker/docker-holes.ts'
import type { DockerPolicy } from '../../src/executor/docker/policy.ts'
import { engine, leftovers, order, service, settings } from '../integration/executor/rooms.ts'

const never = new AbortController().signal
const old = { Version: '24.0.1', Components: [{ Name: 'runc', Version: '1.1.11' }] }
const holesOfOld = /Docker 24\.0\.1 lets a Dockerfile .* runc 1\.1\.11 lets an image|runc 1\.1\.11 .* Docker 24\.0\.1/

describe('what a Docker says', () => {
  let server: Server
  let asked = 0
  let problems: string[] = []
  afterEach(() => new Promise(resolve => server.close(resolve)))

  async function holesOf(body: string, policy: DockerPolicy['knownHoles']) {
    asked = 0
    problems = []
    server = createServer((_, response) => {
      asked += 1
      response.end(body)
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port, certificates: null }
    const holes = createDockerHoles({ policy, onProblem: (message, error) => problems.push(`${message}: ${error}`) })
    const heed = () => holes.heed({ image: 'docker:dind', imageId: 'sha256:a', address })
    return { holes, heed }
  }

  test('is asked and told once for each image', async () => {
    const { holes, heed } = await holesOf(JSON.stringify(old), 'tell')
    await heed()
    await heed()
    expect([asked, problems.length, holes.isRefused('sha256:a')]).toEqual([1, 1, false])
    expect(problems[0]).toMatch(holesOfOld)
  })

  test('is refused each time where the owner wants it', async () => {
    const { holes, heed } = await holesOf(JSON.stringify(old), 'refuse')
    for (let turn = 0; turn < 2; turn += 1)
      await expect(heed()).rejects.toMatchObject({ code: 'policy_denied', message: expect.stringMatching(holesOfOld) })
    expect([asked, problems, holes.isRefused('sha256:a')]).toEqual([1, [], true])
  })

  test.each([
    ['nothing', ''],
    ['no JSON', '<html>'],
    ['null', 'null'],
    ['other kinds', '{"Version":{"a":1},"Components":[null,1,{"Name":"runc","Version":[]}]}'],
    ['too much', `{"Version":"24.0.1","x":"${'y'.repeat(100_000)}"}`],
    ['a new version', '{"Version":"29.0.0"}'],
  ])('of %s finds nothing, and breaks nothing', async (_, body) => {
    const { heed } = await holesOf(body, 'refuse')
    await heed()
    expect(problems).toEqual([])
  })
})

describe('a service that is such a Docker', { timeout: 60_000 }, () => {
  const name = `slipway-test-old-${randomBytes(4).toString('hex')}`
  const image = `${name}:dind`
  beforeAll(async () => {
    const files = `mkdir /www && echo OK > /www/_ping && echo '${JSON.stringify(old)}' > /www/version`
    const made = await engine.docker.createContainer({
      Image: 'busybox',
      Entrypoint: ['sh', '-c', `${files} && exec httpd -f -p 2375 -h /www`],
      Env: ['DOCKER_TLS_CERTDIR='],
    })
    await made.commit({ repo: name, tag: 'dind' })
    await made.remove()
    return async () => {
      await engine.docker.getImage(image).remove({ force: true })
    }
  })

  async function furnish(knownHoles: DockerPolicy['knownHoles']): Promise<readonly string[]> {
    const runnerId = `test-${randomBytes(4).toString('hex')}`
    const problems: string[] = []
    const executor = createDockerExecutor({
      engine,
      runnerId,
      settings: {
        ...settings,
        policy: { ...settings.policy, knownHoles, privileged: { services: ['**'], refs: 'all' } },
      },
      onProblem: (message, error) => problems.push(`${message}: ${error}`),
    })
    const room = await executor.openRoom(order({ services: [service(image)] }), never)
    try {
      await room.furnish({ sourcesReady: Promise.resolve(), say: () => {} }, never)
    } finally {
      await room.close()
      await executor.close()
      expect(await leftovers(runnerId)).toEqual({ containers: 0, networks: 0, volumes: 0 })
    }
    return problems
  }

  test('serves, and the runner’s owner is told', async () => {
    expect(await furnish('tell')).toEqual([expect.stringMatching(holesOfOld)])
  })

  test('fails its job where the owner wants it', async () => {
    await expect(furnish('refuse')).rejects.toMatchObject({ code: 'policy_denied' })
  })
})
