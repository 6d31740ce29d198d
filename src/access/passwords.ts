// Passwords: argon2id with OWASP's parameters, kept in the PHC string format. Checking one costs about 50 ms of a core,
// so few run at once and the rest wait.
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import PQueue from 'p-queue'

const parameters = { memoryKib: 19_456, passes: 2, parallelism: 1, tagBytes: 32 }
const argon2Async = promisify(argon2)
const lane = new PQueue({ concurrency: 2 })
const mostWaiting = 100

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const { memoryKib, passes, parallelism, tagBytes } = parameters
  const hash = await compute(password, { salt, memoryKib, passes, parallelism, tagBytes })
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${parallelism}$${encode(salt)}$${encode(hash)}`
}

/** False also when so many checks wait that one more would only make it worse. */
export async function verifyPassword(stored: string, password: string): Promise<boolean> {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(stored)
  if (match === null || lane.size >= mostWaiting) return false
  const [, memoryKib, passes, parallelism, salt = '', expected = ''] = match
  const wanted = Buffer.from(expected, 'base64')
  const found = await compute(password, {
    salt: Buffer.from(salt, 'base64'),
    memoryKib: Number(memoryKib),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagBytes: wanted.length,
  })
  return timingSafeEqual(found, wanted)
}

type Parameters = {
  readonly salt: Buffer
  readonly memoryKib: number
  readonly passes: number
  readonly parallelism: number
  readonly tagBytes: number
}

async function compute(
  password: string,
  { salt, memoryKib, passes, parallelism, tagBytes }: Parameters,
): Promise<Buffer> {
  const options = { message: password, nonce: salt, memory: memoryKib, passes, parallelism, tagLength: tagBytes }
  return lane.add(() => argon2Async('argon2id', options))
}

function encode(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
