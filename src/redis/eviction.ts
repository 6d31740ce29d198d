// A Redis that drops keys when it is full would lose entries of the queue in silence. One that is away is none of that: the
// server starts without it.
import { AppError } from '../kit/errors.ts'
import { connectToAct, type RedisPlace, untilConnected } from './connection.ts'

const answerWithinMs = 2000

/** @throws AppError `redis_evicts` */
export async function refuseEviction({ url }: Pick<RedisPlace, 'url'>): Promise<void> {
  const connection = connectToAct(url)
  try {
    const policy = await untilConnected(connection, answerWithinMs).then(
      () => connection.info('memory').then(policyIn),
      () => null, // it is away
    )
    if (policy === null || policy === 'noeviction') return
    const mend = 'set maxmemory-policy to noeviction in redis.conf, or by CONFIG SET'
    throw new AppError('redis_evicts', `Redis drops keys when it is full (maxmemory-policy is '${policy}'): ${mend}`)
  } finally {
    connection.disconnect()
  }
}

/** Null: not told, as by some that are managed. */
function policyIn(info: string): string | null {
  return /^maxmemory_policy:(\S+)/m.exec(info)?.[1] ?? null
}
