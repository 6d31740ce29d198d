// `slipway variable`: CI/CD variables of a project, a group or the instance. Values are read from standard input, so that
// they stand in no shell history and no process list.
import type { Command } from 'commander'
import { AppError } from '../kit/errors.ts'
import { type Client, encodeKey, openClient } from './client.ts'
import { type Column, type OutputOptions, printDone, printLine, printList } from './output.ts'
import { askSecret } from './prompt.ts'

type VariableView = {
  readonly key: string
  readonly value: string | null
  readonly variable_type: string
  readonly protected: boolean
  readonly masked: boolean
  readonly hidden: boolean
  readonly raw: boolean
  readonly environment_scope: string
  readonly description: string | null
}

const fields: readonly Column<VariableView>[] = [
  { title: 'key', value: variable => variable.key },
  // Masked ones are secrets: `get` shows them, a list does not.
  {
    title: 'value',
    value: variable => (variable.masked || variable.variable_type === 'file' ? '[hidden]' : variable.value),
  },
  { title: 'type', value: variable => variable.variable_type },
  { title: 'environment', value: variable => variable.environment_scope },
  { title: 'protected', value: variable => variable.protected },
  { title: 'masked', value: variable => variable.masked },
  { title: 'raw', value: variable => variable.raw },
]

type PlaceOptions = OutputOptions & {
  readonly project?: string
  readonly group?: string
  readonly instance?: boolean
  readonly environment?: string
}
type SetOptions = PlaceOptions & {
  readonly value?: string
  readonly masked?: boolean
  readonly hidden?: boolean
  readonly protected?: boolean
  readonly raw?: boolean
  readonly file?: boolean
  readonly description?: string
}

export function register(program: Command): void {
  const command = program.command('variable').description('CI/CD variables of a project, a group or the instance')

  withPlace(command.command('list'))
    .description('list variables, without the values of masked ones')
    .action(async (options: PlaceOptions) => {
      const client = await openClient()
      printList(await client.list<VariableView>(wayOf(options)), fields, options, 'There are no variables.')
    })

  withPlace(command.command('get'))
    .description('print the value of a variable')
    .argument('<key>')
    .action(async (key: string, options: PlaceOptions) => {
      const client = await openClient()
      const variable = await client.get<VariableView>(`${wayOf(options)}/${encodeKey(key)}`, filterOf(options))
      if (options.json === true) printDone(variable, '', options)
      else if (variable.value === null)
        throw new AppError('client.refused', `${key} is hidden: nobody can read its value again`)
      else printLine(variable.value)
    })

  withPlace(command.command('set'))
    .description('set a variable; its value is asked for or read from standard input')
    .argument('<key>')
    .option('--value <value>', 'for values that are no secret')
    .option('--masked', 'never shown in a log')
    .option('--hidden', 'masked, and never shown again to anybody')
    .option('--protected', 'only for pipelines of protected branches and tags')
    .option('--raw', '$ in the value is not expanded')
    .option('--file', "jobs get a file with the value, and the file's path as the variable")
    .option('--description <text>')
    .action(setVariable)

  withPlace(command.command('delete'))
    .description('delete a variable')
    .argument('<key>')
    .action(async (key: string, options: PlaceOptions) => {
      const client = await openClient()
      await client.delete(`${wayOf(options)}/${encodeKey(key)}${filterText(options)}`)
      printDone({ key }, `Deleted: the variable ${key}.`, options)
    })
}

function withPlace(command: Command): Command {
  return command
    .option('--project <project>', 'full path or id')
    .option('--group <group>', 'full path or id')
    .option('--instance', 'of the whole instance (for administrators)')
    .option('--environment <scope>', 'the environment it is for; default: *')
    .option('--json', 'as JSON')
}

function wayOf({ project, group, instance = false }: PlaceOptions): string {
  const given = [project, group, instance || undefined].filter(each => each !== undefined)
  if (given.length !== 1)
    throw new AppError('usage', `expected one of --project, --group and --instance, found ${given.length}`)
  if (project !== undefined) return `/projects/${encodeKey(project)}/variables`
  return group !== undefined ? `/groups/${encodeKey(group)}/variables` : '/admin/ci/variables'
}

function filterOf({ environment }: PlaceOptions) {
  return environment === undefined ? {} : { 'filter[environment_scope]': environment }
}

function filterText(options: PlaceOptions): string {
  const filter = filterOf(options)
  return Object.keys(filter).length === 0 ? '' : `?${new URLSearchParams(filter as Record<string, string>)}`
}

async function setVariable(key: string, options: SetOptions): Promise<void> {
  const client = await openClient()
  const value = options.value ?? (await askSecret(`Value of ${key}`))
  const variable = await putVariable(client, key, value, options)
  printDone(
    variable,
    `Set: ${variable.key} for ${variable.environment_scope === '*' ? 'all environments' : variable.environment_scope}.`,
    options,
  )
}

async function putVariable(client: Client, key: string, value: string, options: SetOptions): Promise<VariableView> {
  const way = wayOf(options)
  const scope = options.environment ?? '*'
  const known = (await client.list<VariableView>(way)).find(
    each => each.key === key && each.environment_scope === scope,
  )
  const body = {
    value,
    ...(options.masked === undefined ? {} : { masked: options.masked }),
    ...(options.protected === undefined ? {} : { protected: options.protected }),
    ...(options.raw === undefined ? {} : { raw: options.raw }),
    ...(options.file === undefined ? {} : { variable_type: options.file ? 'file' : 'env_var' }),
    ...(options.description === undefined ? {} : { description: options.description }),
  }
  if (known !== undefined) return client.put(`${way}/${encodeKey(key)}${filterText({ environment: scope })}`, body)
  return client.post(way, {
    ...body,
    key,
    environment_scope: scope,
    ...(options.hidden === true ? { masked_and_hidden: true } : {}),
  })
}
