// Connections to Redis. Those that act fail fast when Redis is away, so that no request of the server ever waits for it;
// those that listen wait and come back by themselves.
import { type CommonRedisOptions, Redis } from 'ioredis'

export type RedisPlace = { readonly url: string; readonly prefix: string }

const answerWithinMs = 2000
const mostRetryDelayMs = 1000

/** For commands. While Redis is away they fail at once. */
export function connectToAct(url: string): Redis {
  return open(url, { maxRetriesPerRequest: 0, enableOfflineQueue: false, commandTimeout: answerWithinMs })
}

/** For subscriptions and blocking pops. */
export function connectToListen(url: string): Redis {
  return open(url, { maxRetriesPerRequest: null, autoResubscribe: true })
}

type Manner = Pick<
  CommonRedisOptions,
  'maxRetriesPerRequest' | 'enableOfflineQueue' | 'commandTimeout' | 'autoResubscribe'
>

function open(url: string, options: Manner): Redis {
  const retryStrategy = (times: number): number => Math.min(times * 50, mostRetryDelayMs)
  const place = url.startsWith('unix://') ? { path: url.slice('unix://'.length) } : placeOf(new URL(url))
  const connection = new Redis({ ...place, ...options, retryStrategy })
  // Told by the calls that fail, and by `/-/ready`; an event without a listener would end the process.
  connection.on('error', () => {})
  return connection
}

/** Null: it answers. Else why not. */
export async function pingRedis(connection: Redis): Promise<string | null> {
  try {
    await connection.ping()
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Waits for the first connection, so that what follows need not fail while it is being made. */
export async function untilConnected(connection: Redis, withinMs: number): Promise<void> {
  if (connection.status === 'ready') return
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Redis did not answer within ${withinMs / 1000} s`)), withinMs)
    connection.once('ready', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

/** `redis://user:password@host:port/database`, `rediss://` for TLS. */
function placeOf({ hostname, port, username, password, pathname, protocol }: URL) {
  return {
    host: hostname,
    port: Number(port || 6379),
    db: Number(pathname.slice(1) || 0),
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
  }
}
