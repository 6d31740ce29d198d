// `slipway pipeline`: list, view and watch, run, retry, cancel.
import type { Command } from 'commander'
import { AppError } from '../kit/errors.ts'
import type { PipelineStatus } from '../run/model.ts'
import { type Client, encodeKey, openClient } from './client.ts'
import { type Column, type OutputOptions, printDone, printJson, printLine, printList, printOne } from './output.ts'
import { projectKeyOf, projectOption } from './own-project.ts'
import { createPaint } from './paint.ts'
import { exitCodeOf, paintStatus } from './run-status.ts'
import { readPipeline, type WatchedJob, watchPipeline } from './watch-pipeline.ts'

type PipelineView = {
  readonly id: number
  readonly project_id: number
  readonly status: PipelineStatus
  readonly ref: string
  readonly sha: string
  readonly source: string
  readonly created_at: string
  readonly web_url: string
  readonly duration?: number | null
  readonly yaml_errors?: string | null
}

type ListOptions = OutputOptions & {
  readonly project?: string
  readonly ref?: string
  readonly status?: string
  readonly source?: string
  readonly limit: string
}
type ViewOptions = OutputOptions & { readonly watch?: boolean }
type RunOptions = ViewOptions & {
  readonly project?: string
  readonly ref?: string
  readonly variable?: readonly string[]
  readonly input?: readonly string[]
}

const columns: readonly Column<PipelineView>[] = [
  { title: 'id', value: pipeline => pipeline.id },
  { title: 'status', value: pipeline => pipeline.status },
  { title: 'ref', value: pipeline => pipeline.ref },
  { title: 'commit', value: pipeline => pipeline.sha.slice(0, 8) },
  { title: 'source', value: pipeline => pipeline.source },
  { title: 'created', value: pipeline => pipeline.created_at },
]

const fields: readonly Column<PipelineView>[] = [
  ...columns,
  { title: 'seconds', value: pipeline => pipeline.duration },
  { title: 'address', value: pipeline => pipeline.web_url },
]

const jobColumns: readonly Column<WatchedJob>[] = [
  { title: 'job', value: job => job.id },
  { title: 'stage', value: job => job.stage },
  { title: 'name', value: job => job.name },
  { title: 'status', value: job => job.status },
]

export function register(program: Command): void {
  const command = program.command('pipeline').description('list, view, run, retry and cancel pipelines')

  command
    .command('list')
    .description('list the pipelines of a project, the newest first')
    .option(...projectOption)
    .option('--ref <ref>', 'of a branch or tag')
    .option('--status <status>', 'running, failed, …')
    .option('--source <source>', 'push, web, schedule, …')
    .option('--limit <number>', 'at most so many', '20')
    .option('--json', 'as JSON')
    .action(listPipelines)

  command
    .command('view')
    .description(
      'show a pipeline with its jobs; watched, it ends with the status: 0 passed, 1 failed, 3 canceled, 4 waits',
    )
    .argument('<id>', 'of the pipeline')
    .option('--watch', 'until it has ended, live')
    .option('--json', 'as JSON')
    .action(async (id: string, options: ViewOptions) => {
      const client = await openClient()
      await show(client, await findPipeline(client, id), options)
    })

  command
    .command('run')
    .description('start a pipeline')
    .option(...projectOption)
    .option('--ref <ref>', 'branch or tag; default: the default branch')
    .option('--variable <KEY=VALUE...>', 'variables for it, several')
    .option('--input <NAME=VALUE...>', 'inputs of the spec: of its file, several')
    .option('--watch', 'until it has ended, live')
    .option('--json', 'as JSON')
    .action(runPipeline)

  for (const [verb, done] of [
    ['retry', 'Retried'],
    ['cancel', 'Canceled'],
  ] as const) {
    command
      .command(verb)
      .description(verb === 'retry' ? 'run its failed and canceled jobs again' : 'cancel all jobs that have not ended')
      .argument('<id>', 'of the pipeline')
      .option('--json', 'as JSON')
      .action(async (id: string, options: OutputOptions) => {
        const client = await openClient()
        const { project_id: projectId } = await findPipeline(client, id)
        const pipeline = await client.post<PipelineView>(`${pathOf(projectId, id)}/${verb}`)
        printDone(pipeline, `${done}: pipeline ${pipeline.id} is ${pipeline.status}.`, options)
      })
  }
}

async function listPipelines(options: ListOptions): Promise<void> {
  const client = await openClient()
  const { ref, status, source } = options
  const path = `/projects/${encodeKey(await projectKeyOf(options.project, client))}/pipelines`
  const found = await client.list<PipelineView>(path, { ref, status, source }, countOf(options.limit))
  printList(found, columns, options, 'There are no pipelines.')
}

async function runPipeline(options: RunOptions): Promise<void> {
  const client = await openClient()
  const place = `/projects/${encodeKey(await projectKeyOf(options.project, client))}`
  const ref = options.ref ?? (await client.get<{ readonly default_branch: string }>(place)).default_branch
  const variables = (options.variable ?? []).map(text => pairOf('--variable', text))
  const inputs = Object.fromEntries(
    (options.input ?? []).map(text => pairOf('--input', text)).map(({ key, value }) => [key, value]),
  )
  const pipeline = await client.post<PipelineView>(`${place}/pipeline`, { ref, variables, inputs })
  if (options.watch !== true) {
    printDone(pipeline, `Started: pipeline ${pipeline.id} for ${ref}. ${pipeline.web_url}`, options)
    return
  }
  await show(client, pipeline, options)
}

async function show(client: Client, pipeline: PipelineView, options: ViewOptions): Promise<void> {
  const place = { projectId: pipeline.project_id, pipelineId: pipeline.id }
  if (options.watch === true) {
    const isJson = options.json === true
    const status = await watchPipeline(client, place, isJson ? () => undefined : tellJob)
    process.exitCode = exitCodeOf(status)
  }
  const now = await client.get<PipelineView>(pathOf(place.projectId, place.pipelineId))
  const { jobs } = await readPipeline(client, place)
  if (options.json === true) {
    printJson({ ...now, jobs })
    return
  }
  printOne(now, fields, options)
  if (now.yaml_errors) printLine(now.yaml_errors)
  printLine('')
  printList(jobs, jobColumns, options, 'It has no jobs.')
}

function tellJob({ id, name, stage, status }: WatchedJob): void {
  printLine(`${stage}: ${name} (job ${id}) is ${paintStatus(createPaint(process.stdout), status)}`)
}

function findPipeline(client: Client, id: string): Promise<PipelineView> {
  if (!/^\d+$/.test(id)) throw new AppError('usage', `pipeline: expected the id of a pipeline, found '${id}'`)
  return client.get<PipelineView>(`/slipway/pipelines/${id}`)
}

function pathOf(projectId: number, pipelineId: number | string): string {
  return `/projects/${projectId}/pipelines/${encodeKey(pipelineId)}`
}

function pairOf(option: string, text: string) {
  const split = text.indexOf('=')
  if (split <= 0) throw new AppError('usage', `${option}: expected KEY=VALUE, found '${text}'`)
  return { key: text.slice(0, split), value: text.slice(split + 1) }
}

function countOf(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1) throw new AppError('usage', `--limit: expected a number, found '${text}'`)
  return count
}
