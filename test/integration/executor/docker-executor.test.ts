import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Executor, Room, StepEnd } from '../../../src/executor/port.ts'
import { container, leftovers, listen, newExecutor, order, script, service } from './rooms.ts'

const limit = 60_000
const never = new AbortController().signal
const wishes = { sourcesReady: Promise.resolve(), say: () => {} }

let executor: Executor
let runnerId: string
const rooms: Room[] = []
beforeEach(() => {
  ;({ executor, runnerId } = newExecutor())
})
afterEach(async () => {
  await Promise.all(rooms.splice(0).map(room => room.close()))
  await executor.close()
  expect(await leftovers(runnerId)).toEqual({ containers: 0, networks: 0, volumes: 0 })
})

async function open(changes: Parameters<typeof order>[0] = {}): Promise<Room> {
  const room = await executor.openRoom(order(changes), never)
  rooms.push(room)
  return room
}

async function runIn(room: Room, lines: readonly string[], signal = never): Promise<StepEnd & { text: string }> {
  const heard = listen()
  const step = {
    script: script(...lines),
    skipBytes: 0,
    onOutput: heard.onOutput,
    onFed: async () => {},
    graceMs: 2000,
    detach: never,
  }
  const end = await room.run(step, signal)
  return { ...end, text: heard.text() }
}

describe('a job in a container', () => {
  test('its output and its exit code come back', { timeout: limit }, async () => {
    const room = await open()
    await room.furnish(wishes, never)
    const end = await runIn(room, ['echo hello', 'echo oops >&2', 'exit 7'])
    expect(end).toEqual({ exitCode: 7, oomKilled: false, engineLost: false, text: 'hello\noops\n' })
  })

  test('the after_script finds what the script left in the container and in the volume', {
    timeout: limit,
  }, async () => {
    const room = await open()
    await room.furnish(wishes, never)
    await runIn(room, ['echo image > /left', 'echo volume > /builds/left', 'export GONE=1'])
    const end = await runIn(room, ['cat /left /builds/left', 'echo "<$GONE>"'])
    expect(end.text).toBe('image\nvolume\n<>\n')
  })

  test('the working copy is shared with this host', { timeout: limit }, async () => {
    const room = await open()
    await mkdir(join(room.workspace.directory, 'g/p'), { recursive: true })
    await writeFile(join(room.workspace.directory, 'g/p/in'), 'from host\n')
    await room.furnish(wishes, never)
    await room.workspace.publish(never)
    const end = await runIn(room, ['cat g/p/in', 'echo from job > g/p/out'])
    expect(end.text).toBe('from host\n')
    await room.workspace.collect(never)
    expect(await readFile(join(room.workspace.directory, 'g/p/out'), 'utf8')).toBe('from job\n')
  })

  test('a cancel ends the processes at once and shows nothing more of the script', { timeout: limit }, async () => {
    const room = await open()
    await room.furnish(wishes, never)
    const cancel = new AbortController()
    const heard = listen()
    const end = await room.run(
      {
        script: script('echo begun', 'sleep 300', 'echo never'),
        skipBytes: 0,
        onOutput: async bytes => {
          await heard.onOutput(bytes)
          if (heard.text().includes('begun')) cancel.abort()
        },
        onFed: async () => {},
        graceMs: 10 * limit, // by KILL it would end too late
        detach: never,
      },
      cancel.signal,
    )
    expect(end.exitCode).not.toBe(0)
    expect(heard.text()).not.toContain('never')
  })

  test('a process that ignores TERM is killed after the grace', { timeout: limit }, async () => {
    const room = await open()
    await room.furnish(wishes, never)
    const cancel = new AbortController()
    const heard = listen()
    const end = await room.run(
      {
        script: script("trap '' TERM", 'echo begun', 'while :; do sleep 300; done'),
        skipBytes: 0,
        onOutput: async bytes => {
          await heard.onOutput(bytes)
          if (heard.text().includes('begun')) cancel.abort()
        },
        onFed: async () => {},
        graceMs: 500,
        detach: never,
      },
      cancel.signal,
    )
    expect(end.exitCode).toBe(137)
  })

  test('an image without a shell is told as such', { timeout: limit }, async () => {
    const room = await open({ image: { ...container('busybox'), entrypoint: ['/nothing/here'] } })
    await expect(room.furnish(wishes, never)).rejects.toMatchObject({ code: 'container_failed' })
  })

  test('an entrypoint that hands over to its arguments is kept', { timeout: limit }, async () => {
    const room = await open({ image: container('docker:git') })
    await room.furnish(wishes, never)
    expect((await runIn(room, ['echo $DOCKER_HOST'])).text).toBe('tcp://docker:2375\n')
  })

  test('a room that another process furnished is taken over with its output and its end', {
    timeout: limit,
  }, async () => {
    const asked = order()
    const room = await executor.openRoom(asked, never)
    rooms.push(room)
    await room.furnish(wishes, never)
    const seen = listen()
    const abandon = new Promise<number>((resolve, reject) => {
      const onOutput = async (bytes: Uint8Array) => {
        await seen.onOutput(bytes)
        if (seen.text().includes('5')) resolve(bytes.length)
      }
      room
        .run(
          {
            script: script('for i in 1 2 3 4 5; do echo $i; done; sleep 1; echo after; exit 3'),
            skipBytes: 0,
            onOutput,
            onFed: async () => {},
            graceMs: 1000,
            detach: never,
          },
          never,
        )
        .catch(reject)
    })
    await abandon
    const again = await executor.adoptRoom(asked, never)
    const heard = listen()
    const end = await again?.run(
      { script: null, skipBytes: 0, onOutput: heard.onOutput, onFed: async () => {}, graceMs: 1000, detach: never },
      never,
    )
    expect([end?.exitCode, heard.text()]).toEqual([3, '1\n2\n3\n4\n5\nafter\n'])
  })

  test('an image that nobody has is told as not found or not reachable', { timeout: limit }, async () => {
    const room = await open({ image: container('nosuch.invalid/x:y') })
    await expect(room.furnish(wishes, never)).rejects.toMatchObject({ code: 'image_pull_failed' })
  })
})

describe('docker in docker', () => {
  test.each([
    ['over TLS, as the image is set', {}],
    ['plain, when the certificates are switched off', { DOCKER_TLS_CERTDIR: '' }],
  ])('the client works with no line from the user: %s', { timeout: limit }, async (_name, environment) => {
    const room = await open({ image: container('docker:git'), services: [service('docker:dind', { environment })] })
    const said: string[] = []
    await room.furnish({ ...wishes, say: line => said.push(line) }, never)
    const end = await runIn(room, ['docker info --format "{{.Driver}} {{.ID}}"', 'docker ps -q | wc -l'])
    expect(said.filter(line => line.includes('WARNING'))).toEqual([])
    expect([end.exitCode, end.text]).toEqual([0, expect.stringMatching(/^overlay\S* \S+\n0\n$/)])
  })

  test('it is refused where the runner does not allow it', { timeout: limit }, async () => {
    const { executor: careful } = newExecutor({
      policy: {
        allowedImages: [],
        allowedServices: [],
        allowedPullPolicies: ['if-not-present'],
        allowedUsers: [],
        servicesLimit: 9,
        knownHoles: 'tell',
        privileged: { services: ['docker:*dind*'], refs: 'protected' },
      },
    })
    const room = await careful.openRoom(order({ services: [service('docker:dind')] }), never)
    rooms.push(room)
    await expect(room.furnish(wishes, never)).rejects.toMatchObject({ code: 'policy_denied' })
  })
})
