// The Redis that `slipway up` and the demo keep for themselves: a child on a Unix socket in the data folder.
import { mkdir, rm } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { AppError, messageOf } from '../kit/errors.ts'

export type PrivateRedis = { readonly url: string; readonly stop: () => Promise<void> }

const readyWithinMs = 10_000

/** @throws AppError `redis_missing` where there is no redis-server, `redis_failed` when it does not answer */
export async function startPrivateRedis(folder: string): Promise<PrivateRedis> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const socket = join(folder, 'redis.sock')
  await endLeftover(socket)
  await rm(socket, { force: true })
  const child = execa('redis-server', serverArguments(folder, socket), {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    // Its own group: Ctrl-C in a terminal must not end it before the server has let go of it.
    detached: true,
    reject: false,
  })
  const endWithProcess = (): boolean => child.kill('SIGTERM')
  process.once('exit', endWithProcess)
  let ended: string | undefined
  const exit = child.then(result => {
    ended =
      result.code === 'ENOENT'
        ? 'redis-server is not installed (Debian: apt-get install redis-server)'
        : messageOf(result.message ?? 'it ended')
  })
  const deadline = Date.now() + readyWithinMs
  while (!(await answers(socket))) {
    if (ended !== undefined) throw new AppError('redis_failed', `the private Redis did not start: ${ended}`)
    if (Date.now() > deadline)
      throw new AppError(
        'redis_failed',
        `the private Redis did not answer within ${readyWithinMs / 1000} s (${socket})`,
      )
    await sleep(10)
  }
  return {
    url: `unix://${socket}`,
    async stop() {
      child.kill('SIGTERM')
      await exit
      process.off('exit', endWithProcess)
    },
  }
}

function serverArguments(folder: string, socket: string): string[] {
  return [
    ...['--port', '0', '--unixsocket', socket, '--unixsocketperm', '700', '--dir', folder],
    ...['--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction', '--save', ''],
    ...['--daemonize', 'no', '--logfile', join(folder, 'redis.log')],
  ]
}

/** One that a killed predecessor of this process left: two over one folder would destroy each other's files. */
async function endLeftover(socket: string): Promise<void> {
  if (!(await answers(socket))) return
  await say(socket, 'SHUTDOWN')
  const deadline = Date.now() + readyWithinMs
  while (await answers(socket)) {
    if (Date.now() > deadline) throw new AppError('redis_failed', `another Redis runs on ${socket} and does not end`)
    await sleep(20)
  }
}

async function answers(socket: string): Promise<boolean> {
  return (await say(socket, 'PING'))?.startsWith('+PONG') === true
}

/** The first words of the answer; null: none, or nobody there. */
function say(socket: string, command: string): Promise<string | null> {
  return new Promise(resolve => {
    const connection = createConnection(socket)
    const finish = (answer: string | null): void => {
      connection.destroy()
      resolve(answer)
    }
    connection.once('connect', () => connection.write(`${command}\r\n`))
    connection.once('data', data => finish(data.toString()))
    connection.once('error', () => finish(null))
    connection.once('close', () => finish(null))
  })
}
