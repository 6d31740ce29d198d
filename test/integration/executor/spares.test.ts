// What is made ahead: it serves one job, it is what the job asked for, and of what stays only layers stay.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Executor, Room, RoomOrder } from '../../../src/executor/port.ts'
import { waitUntil } from '../../support/wait-until.ts'
import { container, engine, leftovers, listen, newExecutor, order, script, service } from './rooms.ts'

const never = new AbortController().signal
let executor: Executor
let runnerId: string
const rooms: Room[] = []
beforeEach(() => {
  ;({ executor, runnerId } = newExecutor({
    spares: { networks: 1, dockers: 1, most: 8, keepMs: 600_000 },
    keepLayersBytes: 1024 ** 3,
  }))
})
afterEach(async () => {
  await Promise.all(rooms.splice(0).map(room => room.close()))
  await executor.close()
  expect(await leftovers(runnerId)).toEqual({ containers: 0, networks: 0, volumes: 0 })
})

async function run(
  changes: Partial<RoomOrder>,
  lines: string[],
): Promise<{ text: string; exitCode: number; said: string[] }> {
  const room = await executor.openRoom(order(changes), never)
  const said: string[] = []
  try {
    await room.furnish({ sourcesReady: Promise.resolve(), say: line => said.push(line) }, never)
    const heard = listen()
    const { exitCode } = await room.run(
      {
        script: script(...lines),
        skipBytes: 0,
        onOutput: heard.onOutput,
        onFed: async () => {},
        graceMs: 1000,
        detach: never,
      },
      never,
    )
    return { text: heard.text(), exitCode, said }
  } finally {
    await room.close()
  }
}

async function containers(kind: string, state?: string): Promise<string[]> {
  const filters = {
    label: [`slipway.runner=${runnerId}`, `slipway.kind=${kind}`],
    ...(state === undefined ? {} : { status: [state] }),
  }
  return (await engine.docker.listContainers({ all: true, filters })).map(({ Id }) => Id)
}

describe('jobs without services', { timeout: 120_000 }, () => {
  test('join a network made ahead, each its own, and cannot reach each other', async () => {
    await run({}, ['true'])
    await waitUntil(async () => (await containers('pause', 'running')).length === 1, 'a spare')
    const joined = await waitUntil(async () => {
      const room = await executor.openRoom(order(), never)
      rooms.push(room)
      await room.furnish({ sourcesReady: Promise.resolve(), say: () => {} }, never)
      const jobs = await Promise.all((await containers('job')).map(id => engine.docker.getContainer(id).inspect()))
      const mode = jobs.map(({ HostConfig }) => HostConfig.NetworkMode).find(each => each?.startsWith('container:'))
      return mode !== undefined && { room, pause: mode.slice('container:'.length) }
    }, 'a job in a network made ahead')
    if (!joined) return
    const { room, pause: spare } = joined
    const { NetworkSettings } = await engine.docker.getContainer(spare).inspect()
    const address = Object.values(NetworkSettings.Networks)[0]?.IPAddress
    const serving = room.run(
      {
        script: script('nc -l -p 8000 < /dev/null &', 'sleep 4'),
        skipBytes: 0,
        onOutput: async () => {},
        onFed: async () => {},
        graceMs: 1000,
        detach: never,
      },
      never,
    )
    const other = await run({}, [`nc -w 2 ${address} 8000 < /dev/null && echo reached || echo blocked`])
    expect(other.text).toMatch(/blocked\n$/)
    await serving
  })
})

describe('Docker services', { timeout: 240_000 }, () => {
  const withDocker = { image: container('docker:git'), services: [service('docker:dind')] }

  test('one made ahead serves one job, and the next job has another', async () => {
    const first = await run(withDocker, ['docker info --format "{{.Driver}}"', 'hostname'])
    expect(first.exitCode).toBe(0)
    const [warm] = await waitUntil(async () => {
      const found = await containers('service', 'paused')
      return found.length === 1 ? found : null
    }, 'a paused Docker')
    const second = await run(withDocker, ['docker info --format "{{.ID}}"', 'docker ps -aq | wc -l'])
    expect([second.exitCode, second.text]).toEqual([0, expect.stringMatching(/^\S+\n0\n$/)])
    expect(second.said.filter(line => line.includes('WARNING'))).toEqual([])
    await expect(engine.docker.getContainer(warm ?? '').inspect()).rejects.toMatchObject({ statusCode: 404 })
  })

  test('layers stay for the same project and class; containers, volumes, networks and names do not', async () => {
    const build = [
      'mkdir -p c && cd c && echo "FROM scratch" > Dockerfile && echo "COPY f /f" >> Dockerfile && echo hello > f',
      'docker build --progress=plain -t my/app:master . 2>&1 | grep -c CACHED || true',
    ]
    const leave = [
      ...build,
      'docker volume create left',
      'docker network create left',
      'docker create --name left --restart always my/app:master x',
    ]
    const first = await run(withDocker, leave)
    expect(first.exitCode).toBe(0)
    const look = [
      'docker images -q my/app',
      'docker ps -aq',
      'docker volume ls -q',
      'docker network ls -q --filter type=custom',
      'echo --',
    ]
    const second = await run(withDocker, [...look, ...build])
    expect(second.text).toBe('--\n1\n')
    const other = await run({ ...withDocker, trustClass: 'protected' }, build)
    expect(other.text).toBe('0\n')
  })
})
