// `slipway job`: list, trace, play, retry, cancel, artifacts.
import { open, rename, rm } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { Command } from 'commander'
import { AppError } from '../kit/errors.ts'
import { createTerminalFilter } from '../logs/terminal.ts'
import type { JobStatus } from '../run/model.ts'
import { type Client, encodeKey, openClient } from './client.ts'
import { followTrace, type Print, printTrace } from './follow-trace.ts'
import { type Column, type OutputOptions, printDone, printList } from './output.ts'
import { projectKeyOf, projectOption } from './own-project.ts'
import { exitCodeOf } from './run-status.ts'

type JobView = {
  readonly id: number
  readonly name: string
  readonly stage: string
  readonly status: JobStatus
  readonly ref: string
  readonly duration: number | null
  readonly pipeline: { readonly id: number; readonly project_id: number }
  readonly artifacts_file?: { readonly filename: string; readonly size: number }
}

type ListOptions = OutputOptions & {
  readonly project?: string
  readonly pipeline?: string
  readonly status?: JobStatus
  readonly retried?: boolean
  readonly limit: string
}
type TraceOptions = { readonly follow?: boolean; readonly offset: string; readonly raw?: boolean }
type ArtifactOptions = OutputOptions & { readonly output?: string }

const columns: readonly Column<JobView>[] = [
  { title: 'id', value: job => job.id },
  { title: 'pipeline', value: job => job.pipeline.id },
  { title: 'stage', value: job => job.stage },
  { title: 'name', value: job => job.name },
  { title: 'status', value: job => job.status },
  { title: 'ref', value: job => job.ref },
  { title: 'seconds', value: job => (job.duration === null ? null : Math.round(job.duration)) },
]

export function register(program: Command): void {
  const command = program.command('job').description('list, trace, play, retry and cancel jobs; download artifacts')

  command
    .command('list')
    .description('list the jobs of a pipeline or of a project')
    .option('--pipeline <id>', 'of this pipeline')
    .option(...projectOption)
    .option('--status <status>', 'running, failed, …')
    .option('--retried', 'older attempts, too')
    .option('--limit <number>', 'at most so many', '100')
    .option('--json', 'as JSON')
    .action(listJobs)

  command
    .command('trace')
    .description('print the log of a job; followed, it ends with the status: 0 passed, 1 failed, 3 canceled')
    .argument('<id>', 'of the job')
    .option('--follow', 'until the job has ended, live')
    .option('--offset <bytes>', 'begin at this byte', '0')
    .option('--raw', 'every byte as the job wrote it, also on a terminal')
    .action(traceJob)

  registerActions(command)

  command
    .command('artifacts')
    .description('download the artifacts of a job, whole or one file of them')
    .argument('<id>', 'of the job')
    .argument('[path]', 'of one file in the archive')
    .option('--output <file>', 'where to; - is standard output; default: its own name here')
    .option('--json', 'as JSON')
    .action(downloadArtifacts)
}

function registerActions(command: Command): void {
  for (const [verb, description, done] of [
    ['retry', 'run a job that has ended again', 'Retried'],
    ['cancel', 'cancel a job', 'Canceled'],
    ['play', 'start a manual job', 'Started'],
  ] as const) {
    const action = command
      .command(verb)
      .description(description)
      .argument('<id>', 'of the job')
      .option('--json', 'as JSON')
    if (verb === 'play') action.option('--variable <KEY=VALUE...>', 'variables for it, several')
    action.action(async (id: string, options: OutputOptions & { readonly variable?: readonly string[] }) => {
      const client = await openClient()
      const before = await findJob(client, id)
      const body =
        options.variable === undefined ? {} : { job_variables_attributes: options.variable.map(readVariable) }
      const job = await client.post<JobView>(`${pathOf(before)}/${verb}`, body)
      printDone(job, `${done}: ${job.name} (job ${job.id}) is ${job.status}.`, options)
    })
  }
}

async function listJobs(options: ListOptions): Promise<void> {
  const client = await openClient()
  const query = { 'scope[]': options.status, include_retried: options.retried }
  const jobs = await client.list<JobView>(await listPathOf(client, options), query, Number(options.limit) || 100)
  printList(jobs, columns, options, 'There are no jobs.')
}

async function listPathOf(client: Client, { project, pipeline }: ListOptions): Promise<string> {
  if (pipeline !== undefined) {
    const { project_id: projectId } = await client.get<{ readonly project_id: number }>(
      `/slipway/pipelines/${encodeKey(pipeline)}`,
    )
    return `/projects/${projectId}/pipelines/${encodeKey(pipeline)}/jobs`
  }
  return `/projects/${encodeKey(await projectKeyOf(project, client))}/jobs`
}

async function traceJob(id: string, options: TraceOptions): Promise<void> {
  const offset = Number(options.offset)
  if (!Number.isSafeInteger(offset) || offset < 0)
    throw new AppError('usage', `--offset: expected a number of bytes, found '${options.offset}'`)
  const client = await openClient()
  const job = await findJob(client, id)
  const place = { jobId: job.id, projectId: job.pipeline.project_id }
  const { print, end } = createPrinter(process.stdout.isTTY === true && options.raw !== true)
  if (options.follow === true) process.exitCode = exitCodeOf(await followTrace(client, place, offset, print))
  else await printTrace(client, place, offset, print)
  await end()
}

/** To a terminal only what may steer it; a reader that is slow is waited for. */
function createPrinter(isTerminal: boolean): { readonly print: Print; readonly end: () => Promise<void> } {
  const filter = createTerminalFilter()
  // `job trace … | head`: who has read enough ends us.
  process.stdout.once('error', error => process.exit('code' in error && error.code === 'EPIPE' ? 0 : 1))
  const write = (bytes: Uint8Array): Promise<void> =>
    new Promise((done, fail) => {
      process.stdout.write(bytes, error => (error ? fail(error) : done()))
    })
  return {
    print: bytes => write(isTerminal ? filter.write(bytes) : bytes),
    end: () => (isTerminal ? write(filter.flush()) : Promise.resolve()),
  }
}

async function downloadArtifacts(id: string, path: string | undefined, options: ArtifactOptions): Promise<void> {
  const client = await openClient()
  const job = await findJob(client, id)
  const inner = path === undefined ? '' : `/${path.split('/').map(encodeURIComponent).join('/')}`
  const response = await client.raw('GET', `${pathOf(job)}/artifacts${inner}`)
  if (!response.ok) {
    const what = path === undefined ? 'has no artifacts' : `has no file ${path} in its artifacts`
    const reason = response.status === 404 ? what : `refuses its artifacts with ${response.status}`
    throw new AppError('client.refused', `job ${job.id} (${job.name}) ${reason}`)
  }
  if (options.output === '-') {
    for await (const chunk of response.body ?? []) process.stdout.write(chunk)
    return
  }
  const file = resolve(options.output ?? basename(path ?? job.artifacts_file?.filename ?? 'artifacts.zip'))
  const sizeBytes = await save(response, file)
  printDone({ job: job.id, file, size_bytes: sizeBytes }, `Saved: ${file} (${sizeBytes} bytes).`, options)
}

/** Beside it first, so that a broken download leaves no half file under the name. */
async function save(response: Response, file: string): Promise<number> {
  const part = `${file}.part`
  const handle = await open(part, 'w')
  let sizeBytes = 0
  try {
    for await (const chunk of response.body ?? []) {
      await handle.writeFile(chunk)
      sizeBytes += chunk.length
    }
    await handle.close()
    await rename(part, file)
    return sizeBytes
  } catch (error) {
    await handle.close().catch(() => undefined) // closed already
    await rm(part, { force: true })
    throw error
  }
}

function findJob(client: Client, id: string): Promise<JobView> {
  if (!/^\d+$/.test(id)) throw new AppError('usage', `job: expected the id of a job, found '${id}'`)
  return client.get<JobView>(`/slipway/jobs/${id}`)
}

function pathOf(job: JobView): string {
  return `/projects/${job.pipeline.project_id}/jobs/${job.id}`
}

function readVariable(text: string) {
  const split = text.indexOf('=')
  if (split <= 0) throw new AppError('usage', `--variable: expected KEY=VALUE, found '${text}'`)
  return { key: text.slice(0, split), value: text.slice(split + 1) }
}
