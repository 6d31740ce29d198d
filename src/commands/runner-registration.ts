// `slipway runner register | list | pause | resume | delete`: a server's runners, by those who may look after them.
import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { openClient } from './client.ts'
import { type Column, type OutputOptions, printDone, printJson, printLine, printList } from './output.ts'

type RunnerView = {
  readonly id: number
  readonly description: string | null
  readonly paused: boolean
  readonly status?: string
  readonly online?: boolean
  readonly runner_type: string
  readonly tag_list?: readonly string[]
}

const fields: readonly Column<RunnerView>[] = [
  { title: 'id', value: runner => runner.id },
  { title: 'description', value: runner => runner.description },
  { title: 'type', value: runner => runner.runner_type.replace('_type', '') },
  { title: 'status', value: runner => (runner.paused ? 'paused' : (runner.status ?? null)) },
]

type RegisterOptions = OutputOptions & {
  readonly description?: string
  readonly tags?: string
  readonly tokenFile?: string
  readonly project?: string
  readonly group?: string
  readonly runUntagged: boolean
  readonly protectedOnly?: boolean
}

export function addRegistration(command: Command): void {
  command
    .command('register')
    .description('make a runner known to the server; its token is printed once, or written to a file')
    .option('--description <text>', 'what people see')
    .option('--tags <tags>', 'with commas between')
    .option('--project <id>', 'only for this project')
    .option('--group <id>', 'only for the projects of this group')
    .option('--no-run-untagged', 'takes no jobs without tags')
    .option('--protected-only', 'takes jobs of protected branches and tags only')
    .option('--token-file <file>', 'where to write the token')
    .option('--json', 'as JSON')
    .action(registerRunner)
  command
    .command('list')
    .description('list the runners that you may see')
    .option('--all', 'all of the server, for administrators')
    .option('--json', 'as JSON')
    .action(async (options: OutputOptions & { readonly all?: boolean }) => {
      const client = await openClient()
      const runners = await client.list<RunnerView>(options.all === true ? '/runners/all' : '/runners')
      printList(runners, fields, options, 'There are no runners.')
    })
  for (const [name, paused] of [
    ['pause', true],
    ['resume', false],
  ] as const)
    command
      .command(name)
      .description(paused ? 'let a runner take no more jobs' : 'let a paused runner take jobs again')
      .argument('<id>')
      .option('--json', 'as JSON')
      .action(async (id: string, options: OutputOptions) => {
        const runner = await (await openClient()).put<RunnerView>(`/runners/${encodeURIComponent(id)}`, { paused })
        printDone(runner, `Runner ${runner.id} is ${paused ? 'paused' : 'active'}.`, options)
      })
  command
    .command('delete')
    .description('forget a runner; its token is dead at once')
    .argument('<id>')
    .option('--json', 'as JSON')
    .action(async (id: string, options: OutputOptions) => {
      await (await openClient()).delete(`/runners/${encodeURIComponent(id)}`)
      printDone({ id: Number(id) }, `Runner ${id} is deleted.`, options)
    })
}

async function registerRunner(options: RegisterOptions): Promise<void> {
  const client = await openClient()
  const { id, token } = await client.post<{ readonly id: number; readonly token: string }>('/user/runners', {
    ...placeOf(options),
    run_untagged: options.runUntagged,
    ...(options.description === undefined ? {} : { description: options.description }),
    ...(options.tags === undefined
      ? {}
      : {
          tag_list: options.tags
            .split(',')
            .map(tag => tag.trim())
            .filter(Boolean),
        }),
    ...(options.protectedOnly === true ? { access_level: 'ref_protected' } : {}),
  })
  if (options.tokenFile !== undefined) await writeFile(options.tokenFile, `${token}\n`, { mode: 0o600 })
  if (options.json === true) return printJson({ id, token })
  if (options.tokenFile !== undefined)
    return printLine(`Runner ${id} is registered; its token is in ${options.tokenFile}.`)
  printLine(`Runner ${id} is registered. Its token, shown only now: ${token}`)
}

function placeOf({ project, group }: RegisterOptions): object {
  if (project !== undefined) return { runner_type: 'project_type', project_id: Number(project) }
  if (group !== undefined) return { runner_type: 'group_type', group_id: Number(group) }
  return { runner_type: 'instance_type' }
}
