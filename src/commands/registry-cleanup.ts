// `slipway registry policy`: the cleanup policy of a project.
import type { Command } from 'commander'
import { AppError } from '../kit/errors.ts'
import { encodeKey, openClient } from './client.ts'
import { type Column, type OutputOptions, printDone, printJson, printOne } from './output.ts'
import { type PreviewView, printPreview } from './registry-preview.ts'

type PolicyView = {
  readonly enabled: boolean
  readonly cadence: string
  readonly keep_n: number | null
  readonly older_than: string | null
  readonly name_regex: string | null
  readonly name_regex_keep: string | null
  readonly next_run_at: string | null
  readonly last_run: { readonly finished_at: string; readonly deleted_tags: number } | null
}
type PolicyOptions = OutputOptions & {
  readonly enable?: boolean
  readonly disable?: boolean
  readonly cadence?: string
  readonly keepN?: string
  readonly olderThan?: string
  readonly matching?: string
  readonly keep?: string
}

const fields: readonly Column<PolicyView>[] = [
  { title: 'enabled', value: policy => policy.enabled },
  { title: 'every', value: policy => policy.cadence },
  { title: 'deletes tags like', value: policy => policy.name_regex },
  { title: 'but not like', value: policy => policy.name_regex_keep },
  { title: 'keeps the newest', value: policy => policy.keep_n },
  { title: 'only older than', value: policy => policy.older_than },
  { title: 'next run', value: policy => policy.next_run_at },
  {
    title: 'last run',
    value: policy => policy.last_run && `${policy.last_run.finished_at}: ${policy.last_run.deleted_tags} tags`,
  },
]

export function addPolicy(registry: Command): void {
  const policy = registry.command('policy').description('cleanup policy of a project')

  json(policy.command('show'))
    .argument('<project>')
    .action(async (project: string, options: OutputOptions) => {
      printOne(await (await openClient()).get<PolicyView>(pathOf(project)), fields, options)
    })

  withFields(json(policy.command('set')))
    .argument('<project>')
    .action(async (project: string, options: PolicyOptions) => {
      printOne(await (await openClient()).put<PolicyView>(pathOf(project), bodyOf(options)), fields, options)
    })

  withFields(json(policy.command('preview')))
    .description('what would go now, with the policy as it is or with other fields')
    .argument('<project>')
    .action(async (project: string, options: PolicyOptions) => {
      const preview = await (await openClient()).post<PreviewView>(`${pathOf(project)}/preview`, bodyOf(options))
      if (options.json === true) printJson(preview)
      else printPreview(preview)
    })

  json(policy.command('run'))
    .description('clean up now')
    .argument('<project>')
    .action(async (project: string, options: OutputOptions) => {
      const done = await (await openClient()).post<{ readonly deleted_tags: number }>(`${pathOf(project)}/run`)
      printDone(done, `Deleted ${done.deleted_tags} tags.`, options)
    })
}

function withFields(command: Command): Command {
  return command
    .option('--enable')
    .option('--disable')
    .option('--cadence <time>', '1d, 7d, 14d, 1month, 3month')
    .option('--keep-n <number>', 'how many of the newest stay; none: all may go')
    .option('--older-than <age>', '7d, 14d, 30d, 60d, 90d; none: of any age')
    .option('--matching <regex>', 'which tags may go')
    .option('--keep <regex>', 'which tags stay')
}

function bodyOf(options: PolicyOptions): Readonly<Record<string, unknown>> {
  if (options.enable === true && options.disable === true)
    throw new AppError('usage', 'registry policy: --enable or --disable, not both')
  const given = {
    enabled: options.enable ?? (options.disable === true ? false : undefined),
    cadence: options.cadence,
    keep_n: options.keepN === undefined ? undefined : options.keepN === 'none' ? null : Number(options.keepN),
    older_than: options.olderThan === 'none' ? null : options.olderThan,
    name_regex: options.matching,
    name_regex_keep: options.keep,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

function pathOf(project: string): string {
  return `/projects/${encodeKey(project)}/registry/cleanup_policy`
}

function json(command: Command): Command {
  return command.option('--json', 'print JSON')
}
