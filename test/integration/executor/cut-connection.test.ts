// An engine behind a way that cuts what it should only half close: nothing of a job's output is lost, nothing comes twice.

import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDockerExecutor } from '../../../src/executor/docker/docker-executor.ts'
import { connectEngine } from '../../../src/executor/docker/engine.ts'
import type { Executor } from '../../../src/executor/port.ts'
import { leftovers, listen, order, script, settings } from './rooms.ts'

const never = new AbortController().signal
const runnerId = 'test-cut-connection'
let proxy: Server
let executor: Executor
beforeEach(async () => {
  const target = (process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock').replace(/^unix:\/\//, '')
  proxy = createServer(outer => join(outer, connect(target)))
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
  const engine = connectEngine(`tcp://127.0.0.1:${(proxy.address() as AddressInfo).port}`)
  executor = createDockerExecutor({ engine, runnerId, settings, onProblem: () => {} })
})
afterEach(async () => {
  await executor.close()
  proxy.close()
  expect(await leftovers(runnerId)).toEqual({ containers: 0, networks: 0, volumes: 0 })
})

/** Ends the whole connection when one side has said its last. */
function join(outer: Socket, inner: Socket): void {
  outer.pipe(inner)
  inner.pipe(outer)
  outer.on('error', () => inner.destroy())
  inner.on('error', () => outer.destroy())
}

test('output after the cut is read from the engine', { timeout: 60_000 }, async () => {
  const room = await executor.openRoom(order(), never)
  try {
    await room.furnish({ sourcesReady: Promise.resolve(), say: () => {} }, never)
    const heard = listen()
    const lines = script('for i in 1 2 3 4 5; do echo $i; sleep 0.2; done', 'exit 3')
    const step = { script: lines, skipBytes: 0, onFed: async () => {}, graceMs: 1000, detach: never }
    const end = await room.run({ ...step, onOutput: heard.onOutput }, never)
    expect([end.exitCode, heard.text()]).toEqual([3, '1\n2\n3\n4\n5\n'])
  } finally {
    await room.close()
  }
})
