// A whole Slipway of real processes for one test file: Redis, server and runner as `slipway up` starts them, in a folder of
// its own, on a free port of 127.0.0.1.

import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { readAuthority, trustAuthority } from '../../src/kit/trust.ts'
import { createTemporaryFolder } from './temporary.ts'

const launcher = join(import.meta.dirname, '../../bin/slipway')
const readyWithinMs = 60_000

export type Slipway = {
  readonly url: string
  readonly port: number
  readonly folder: string
  readonly rootToken: string
  readonly rootPassword: string
  /** The environment in which `bin/slipway` and the tests' own processes find this server. */
  readonly environment: Readonly<Record<string, string>>
  /** What the processes have printed. */
  readonly output: () => string
  readonly pid: () => number
  /** A call of the API; `body` is sent as JSON. */
  readonly api: <T = unknown>(
    method: string,
    path: string,
    body?: unknown,
  ) => Promise<{ readonly status: number; readonly body: T }>
  readonly cli: (
    ...words: string[]
  ) => Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }>
  readonly kill: () => Promise<void>
  /** Starts again over the same folder. */
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
}

export type SlipwayOptions = {
  /** Words after `slipway`; default `up`. */
  readonly words?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** With this authority's word the server is trusted; it is reached by https. */
  readonly caFile?: string
}

export async function startSlipway(options: SlipwayOptions = {}): Promise<Slipway> {
  const temporary = await createTemporaryFolder('slipway-e2e')
  const folder = join(temporary.path, 'data')
  const port = await freePort()
  const url = `${options.caFile === undefined ? 'http' : 'https'}://127.0.0.1:${port}`
  if (options.caFile !== undefined) trustAuthority(readAuthority(options.caFile))
  const rootToken = `glpat-${randomBytes(20).toString('hex')}`
  const rootPassword = randomBytes(12).toString('hex')
  const environment = {
    SLIPWAY_DATA: folder,
    SLIPWAY_LISTEN: `127.0.0.1:${port}`,
    SLIPWAY_REGISTRY_URL: 'http://registry.example.com',
    SLIPWAY_ROOT_PASSWORD: rootPassword,
    SLIPWAY_ROOT_TOKEN: rootToken,
    SLIPWAY_URL: url,
    SLIPWAY_TOKEN: rootToken,
    XDG_CONFIG_HOME: join(temporary.path, 'config'),
    ...(options.caFile === undefined ? {} : { SLIPWAY_CA_FILE: options.caFile, GIT_SSL_CAINFO: options.caFile }),
    ...options.environment,
  }
  let child: ReturnType<typeof spawnSlipway> | undefined
  let output = ''

  async function start(): Promise<void> {
    const started = spawnSlipway(options.words ?? ['up'], environment)
    child = started
    for (const stream of [started.stdout, started.stderr])
      stream.on('data', (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-200_000)
      })
    let ended = false
    started.once('exit', () => {
      ended = true
    })
    await eventually(`${url}/-/ready`, readyWithinMs, async () => {
      if (ended) throw new Error(`slipway ended at once:\n${output}`)
      return (await fetch(`${url}/-/ready`)).status === 200
    })
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child === undefined) return
    // Not its output's end: its children hold that open when it is killed.
    const exit = once(child, 'exit')
    child.kill(signal)
    const [exitCode, endedBy] = await exit
    child = undefined
    if (signal === 'SIGTERM' && exitCode !== 0)
      throw new Error(`slipway did not end in order (${exitCode ?? endedBy}):\n${output.slice(-3000)}`)
  }

  await start()
  return {
    url,
    port,
    folder,
    rootToken,
    rootPassword,
    environment,
    start,
    output: () => output,
    pid: () => child?.pid ?? 0,
    async api<T>(method: string, path: string, body?: unknown) {
      const response = await fetch(`${url}/api/v4${path}`, {
        method,
        headers: { 'private-token': rootToken, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      const isJson = response.headers.get('content-type')?.includes('json') === true
      return { status: response.status, body: (isJson && text !== '' ? JSON.parse(text) : text) as T }
    },
    async cli(...words) {
      const result = await execa(launcher, words, { env: environment, reject: false, timeout: 300_000 })
      return { exitCode: result.exitCode ?? -1, stdout: result.stdout, stderr: result.stderr }
    },
    kill: () => end('SIGKILL'),
    async stop() {
      await end('SIGTERM')
      await temporary.remove()
    },
  }
}

function spawnSlipway(words: readonly string[], environment: Readonly<Record<string, string>>) {
  return spawn(launcher, words, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Asks again every 50 ms until the answer is truthy; errors of fetch mean "not yet". Fails after `limitMs`. */
export async function eventually<T>(
  what: string,
  limitMs: number,
  ask: () => Promise<T | false | null | undefined>,
): Promise<T> {
  const deadline = Date.now() + limitMs
  for (;;) {
    try {
      const answer = await ask()
      if (answer !== false && answer !== null && answer !== undefined) return answer
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
    }
    if (Date.now() > deadline) throw new Error(`waited ${limitMs / 1000} s in vain for ${what}`)
    await sleep(50)
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
