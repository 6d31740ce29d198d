// A registry that takes every connection and never answers.
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { container, leftovers, newExecutor, order, settings } from '../integration/executor/rooms.ts'
import { startTestRunner } from '../integration/runner/runner-in-process.ts'
import { jobPayload } from '../support/job-payload.ts'
import { startRunnerProtocolServer } from '../support/runner-protocol-server.ts'
import { waitUntil } from '../support/wait-until.ts'

const never = new AbortController().signal
const sockets = new Set<Socket>()
let registry: Server
let image: string
beforeAll(async () => {
  registry = createServer(socket => {
    sockets.add(socket.on('error', () => {}))
  })
  await new Promise<void>(resolve => registry.listen(0, '127.0.0.1', resolve))
  image = `127.0.0.1:${(registry.address() as AddressInfo).port}/group/project:latest`
})
afterAll(() => {
  for (const socket of sockets) socket.destroy()
  registry.close()
})

describe('a registry that never answers', { timeout: 60_000 }, () => {
  test('is given up after so long without a byte, in words', async () => {
    const { executor, runnerId } = newExecutor({ images: { ...settings.images, stallMs: 2000 } })
    const room = await executor.openRoom(order({ image: container(image) }), never)
    const furnished = room.furnish({ sourcesReady: Promise.resolve(), say: () => {} }, never)
    await expect(furnished).rejects.toMatchObject({ code: 'image_pull_failed', message: 'no progress for 2 s' })
    await room.close()
    await executor.close()
    expect(await leftovers(runnerId)).toEqual({ containers: 0, networks: 0, volumes: 0 })
  })

  test('does not hold back a cancel, nor the timeout of the job', async () => {
    const server = await startRunnerProtocolServer()
    const runner = await startTestRunner(server.url)
    const canceled = server.add(jobPayload({ id: 1, image }))
    const late = server.add(jobPayload({ id: 2, image, timeoutSeconds: 3 }))
    await waitUntil(() => canceled.log.includes('Pulling docker image'), 'the pull')
    canceled.canceling = true
    await waitUntil(() => canceled.update !== null && late.update !== null, 'the end of both')
    expect(canceled.update).toMatchObject({ state: 'canceled' })
    expect(late.update).toMatchObject({ state: 'failed', failure_reason: 'job_execution_timeout' })
    await runner.end()
    await server.close()
    expect(await leftovers(runner.runnerId)).toEqual({ containers: 0, networks: 0, volumes: 0 })
  })
})
