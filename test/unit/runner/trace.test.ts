// A job's log from the container to the server: however often its runner is followed by another one, and however much of its
// spool it has forgotten by then, the server gets one and the same text.
import { cp, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCap } from '../../../src/logs/cap.ts'
import { createRedactor } from '../../../src/logs/redact.ts'
import { systemClock } from '../../../src/runner/clock.ts'
import type { ServerClient } from '../../../src/runner/ports.ts'
import { openTrace, type Trace } from '../../../src/runner/trace.ts'
import { createRandom, type Random } from '../../support/random.ts'

const mebibyte = 1024 * 1024
const cap = { headBytes: 3000, tailBytes: 2000 }
const secrets = ['hush-hush-0815', 'abab', 'long '.repeat(5000)]
const never = new AbortController().signal
let folder: string
let log: Buffer
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-trace-'))
  log = Buffer.alloc(0)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const server: Pick<ServerClient, 'appendTrace'> = {
  appendTrace: async (_key, { startByte, bytes }) => {
    if (startByte > log.length) return { kind: 'gap', endByte: log.length }
    log = Buffer.concat([log, bytes.subarray(log.length - startByte)])
    return { kind: 'accepted', endByte: log.length, word: 'running' }
  },
}

function open(directory: string): Promise<Trace> {
  const key = { jobId: 1, lease: 1, leaseToken: 'x' }
  return openTrace({
    directory,
    secrets,
    cap,
    key,
    server,
    clock: systemClock,
    onWord: () => {},
    onDiskFull: () => {
      throw new Error('there is room')
    },
  })
}

function expectedLog(output: Uint8Array): string {
  const redactor = createRedactor({ secrets })
  const capped = createCap(cap)
  const parts = [capped.write(redactor.write(output)), capped.write(redactor.flush()), capped.flush()]
  return Buffer.concat(parts).toString('latin1')
}

/** Pieces of secrets among other text, and now and then a lot of it, so that the spool grows. */
function randomOutput(random: Random): Buffer {
  const pieces = Array.from({ length: 1 + random.integer(6) }, () => {
    const secret = random.pick(secrets)
    const from = random.integer(secret.length)
    return random.pick([
      secret,
      secret.slice(from),
      secret.slice(0, from),
      'abababab',
      `line ${from}\n`,
      'x'.repeat(from),
    ])
  })
  return Buffer.from(pieces.join(random.pick(['', '\n'])).repeat(1 + random.integer(20)))
}

/** Of all files together. */
async function sizeBytes(directory: string): Promise<number> {
  const sizes = await Promise.all(
    (await readdir(directory)).map(async name => (await stat(join(directory, name))).size),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

describe('a trace', { timeout: 60_000 }, () => {
  test.each([1, 3])('followed by others at any moment is one text (seed %i)', async seed => {
    const random = createRandom(seed)
    const told: Buffer[] = []
    let directory = join(folder, 'first')
    await mkdir(directory)
    let trace = await open(directory)
    let shortened = 0
    for (let turn = 0; turn < 120; turn += 1) {
      const before = await sizeBytes(directory)
      const output = randomOutput(random)
      told.push(output)
      await trace.takeOutput(output)
      if ((await sizeBytes(directory)) < before) shortened += 1
      if (random.integer(6) !== 0) continue
      // As a killed process leaves it: what it was told is on the disk, and it said nothing more.
      const next = join(folder, `${turn}`)
      await cp(directory, next, { recursive: true })
      await trace.stop()
      directory = next
      trace = await open(directory)
      expect(trace.isNew).toBe(false)
      expect(trace.outputBytes()).toBe(told.reduce((sum, each) => sum + each.length, 0))
    }
    expect(shortened).toBeGreaterThan(2)
    expect(await trace.finish(never)).toBe('acknowledged')
    await trace.stop()
    expect(log.toString('latin1')).toBe(expectedLog(Buffer.concat(told)))
  })

  test('of 40 MiB takes a few MiB of the disk, also when all of it is one secret, and knows how a line ended', async () => {
    const trace = await open(folder)
    const flood = Buffer.from('ab'.repeat(mebibyte / 2))
    let most = 0
    for (let turn = 0; turn < 40; turn += 1) {
      await trace.takeOutput(flood)
      most = Math.max(most, await sizeBytes(folder))
    }
    expect(most).toBeLessThan(4 * mebibyte)
    await trace.stop()
    const next = await open(folder)
    expect(next.outputBytes()).toBe(40 * mebibyte)
    await next.endLine()
    await next.say('the end\n')
    expect(await next.finish(never)).toBe('acknowledged')
    await next.stop()
    expect(log.toString()).toBe('[MASKED]\nthe end\n')
  })
})
