// A private Redis for one test file, as Slipway runs its own: append-only, nothing evicted, in a folder of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTemporaryFolder } from './temporary.ts'

export type RedisServer = {
  /** `redis://127.0.0.1:PORT` */
  readonly url: string
  readonly port: number
  /** Ends it without a word, as a crash does; its folder stays. */
  readonly kill: () => Promise<void>
  /** Takes its files away while it is not running, as a lost disk does. */
  readonly forget: () => Promise<void>
  /** Starts it again, on the same port and data. */
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
}

const startWithinMs = 20_000

export async function startRedis(): Promise<RedisServer> {
  const folder = await createTemporaryFolder('slipway-redis')
  const port = await freePort()
  let server: ChildProcess | undefined

  async function start(): Promise<void> {
    const words = [
      '--port',
      `${port}`,
      '--bind',
      '127.0.0.1',
      '--dir',
      folder.path,
      '--logfile',
      join(folder.path, 'log'),
    ]
    const started = spawn('redis-server', [...words, '--appendonly', 'yes', '--maxmemory-policy', 'noeviction'], {
      stdio: 'ignore',
    })
    server = started
    await once(started, 'spawn')
    const deadline = Date.now() + startWithinMs
    while (!(await answers(port))) {
      if (started.exitCode !== null) throw new Error(`redis-server ended with ${started.exitCode} at once`)
      if (Date.now() > deadline) throw new Error(`redis-server did not answer within ${startWithinMs} ms`)
      await sleep(20)
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return
    const exit = once(server, 'exit')
    server.kill(signal)
    await exit
  }

  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    start,
    kill: () => end('SIGKILL'),
    forget: () => rm(join(folder.path, 'appendonlydir'), { recursive: true }),
    async stop() {
      await end('SIGTERM')
      await folder.remove()
    },
  }
}

/** PING, answered by PONG: a port that is open may still be loading its data. */
function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    socket.once('data', data => {
      socket.destroy()
      resolve(data.toString().startsWith('+PONG'))
    })
    socket.once('error', () => resolve(false))
  })
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise(resolve => probe.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
