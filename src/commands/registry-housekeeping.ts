// `slipway registry gc` and `verify`: the server does the work and tells how far it is, a line of JSON a step.
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { Command } from 'commander'
import { AppError } from '../kit/errors.ts'
import { openClient } from './client.ts'
import { type OutputOptions, printJson, printLine } from './output.ts'
import { mebibytes } from './registry-image.ts'

type Collected = {
  readonly manifests: number
  readonly blobs: number
  readonly bytes: number
  readonly orphans?: number
  readonly uploads?: number
}
type Damage = { readonly kind: string; readonly digest: string }
type Verified = { readonly blobs: number; readonly bytes: number; readonly damaged: readonly Damage[] }

export function addHousekeeping(registry: Command): void {
  registry
    .command('gc')
    .description('remove what is unused now, instead of within a minute (administrators)')
    .option('--json', 'print JSON')
    .action(async (options: OutputOptions) => {
      const done = await follow<Collected>(
        '/slipway/registry/gc',
        ({ blobs, bytes }) => `${blobs} blobs, ${mebibytes(bytes)}`,
      )
      if (options.json === true) return printJson(done)
      printLine(
        `Removed ${done.manifests} manifests, ${done.blobs} blobs, ${done.orphans ?? 0} orphans and ${done.uploads ?? 0} uploads: ${mebibytes(done.bytes)} came back.`,
      )
    })

  registry
    .command('verify')
    .description('read every blob and compare it with its digest (administrators)')
    .option('--json', 'print JSON')
    .action(async (options: OutputOptions) => {
      const done = await follow<Verified>(
        '/slipway/registry/verify',
        ({ blobs, bytes }) => `${blobs} blobs, ${mebibytes(bytes)}`,
      )
      if (options.json === true) printJson(done)
      else
        printLine(
          `Read ${done.blobs} blobs, ${mebibytes(done.bytes)}: ${done.damaged.length === 0 ? 'all are whole.' : `${done.damaged.length} are damaged:`}`,
        )
      if (done.damaged.length === 0) return
      if (options.json !== true)
        for (const { kind, digest } of done.damaged) printLine(`  ${digest}: ${kind.replaceAll('_', ' ')}`)
      throw new AppError('registry.damaged', 'push the images of these blobs again: a push heals them')
    })
}

/** Shows each step on a terminal, in one line; gives the last. */
async function follow<T extends object>(path: string, describe: (step: T) => string): Promise<T> {
  const response = await (await openClient()).raw('POST', path)
  if (!response.ok || response.body === null)
    throw new AppError('client.refused', `the server said ${response.status}: ${await response.text()}`)
  const { isTTY } = process.stderr
  let last: T | null = null
  for await (const line of createInterface({ input: Readable.fromWeb(response.body as never) })) {
    last = JSON.parse(line) as T
    if (isTTY) process.stderr.write(`\r\u001b[K${describe(last)}`)
  }
  if (isTTY) process.stderr.write('\r\u001b[K')
  if (last === null || !('done' in last))
    throw new AppError('client.cut', 'the connection broke before the work was done; it can be started anew')
  return last
}
