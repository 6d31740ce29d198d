// `slipway registry gc` and `verify`: the server does the work and tells how far it is, a line of JSON a step.
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { Command } from 'commander'
import { AppError } from '../kit/errors.ts'
import { openClient } from './client.ts'
import { type Column, type OutputOptions, printJson, printLine, printList } from './output.ts'
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

type UpstreamView = {
  readonly name: string
  readonly url: string
  readonly has_credentials: boolean
  readonly tag_lifetime_seconds: number
  readonly is_mirror_of_jobs: boolean
  readonly prefix: string
}

const upstreamColumns: readonly Column<UpstreamView>[] = [
  { title: 'name', value: upstream => upstream.name },
  { title: 'address', value: upstream => upstream.url },
  { title: 'pull as', value: upstream => `${upstream.prefix}…` },
  { title: 'credentials', value: upstream => upstream.has_credentials },
  { title: 'mirror of jobs', value: upstream => upstream.is_mirror_of_jobs },
  { title: 'tag seconds', value: upstream => upstream.tag_lifetime_seconds },
]

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

export function addUpstreams(registry: Command): void {
  registry
    .command('upstreams')
    .description('other registries whose images are fetched through this one, and what they are called here')
    .option('--json', 'print JSON')
    .action(async (options: OutputOptions) => {
      const upstreams = await (await openClient()).get<readonly UpstreamView[]>('/slipway/registry/upstreams')
      printList(upstreams, upstreamColumns, options, 'There are none: --upstreams FILE of the server names them.')
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
