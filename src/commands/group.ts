// `slipway group`
import type { Command } from 'commander'
import { AppError } from '../kit/errors.ts'
import { type Client, encodeKey, openClient } from './client.ts'
import { addMemberCommands } from './member-commands.ts'
import { type Column, type OutputOptions, printDone, printList, printOne } from './output.ts'

export type GroupView = {
  readonly id: number
  readonly full_path: string
  readonly name: string
  readonly visibility: string
  readonly description: string
  readonly web_url: string
}

const fields: readonly Column<GroupView>[] = [
  { title: 'id', value: group => group.id },
  { title: 'path', value: group => group.full_path },
  { title: 'name', value: group => group.name },
  { title: 'visibility', value: group => group.visibility },
  { title: 'url', value: group => group.web_url },
]

export function register(program: Command): void {
  const command = program.command('group').description('groups of projects, nested as you like')

  command
    .command('list')
    .description('list the groups that you may see')
    .option('--search <text>', 'part of the name or path')
    .option('--mine', 'only those that you are a member of')
    .option('--json', 'as JSON')
    .action(async (options: OutputOptions & { readonly search?: string; readonly mine?: boolean }) => {
      const client = await openClient()
      const query = {
        search: options.search,
        min_access_level: options.mine === true ? 10 : undefined,
        order_by: 'path',
      }
      printList(
        await client.list<GroupView>('/groups', query),
        fields,
        options,
        'There are no groups. Create one: slipway group create PATH',
      )
    })

  command
    .command('view')
    .description('show a group')
    .argument('<group>', 'its full path or id')
    .option('--json', 'as JSON')
    .action(async (key: string, options: OutputOptions) => {
      const client = await openClient()
      printOne(await client.get<GroupView>(`/groups/${encodeKey(key)}`), fields, options)
    })

  command
    .command('create')
    .description('create a group, and the groups above it where they are missing')
    .argument('<path>', 'the full path: outer/inner')
    .option('--name <name>', 'default: the last part of the path')
    .option('--description <text>')
    .option('--visibility <visibility>', 'private, internal or public; default: as the group above, else private')
    .option('--json', 'as JSON')
    .action(createGroup)

  command
    .command('delete')
    .description('delete an empty group')
    .argument('<group>', 'its full path or id')
    .option('--json', 'as JSON')
    .action(async (key: string, options: OutputOptions) => {
      const client = await openClient()
      await client.delete(`/groups/${encodeKey(key)}`)
      printDone({ group: key }, `Deleted: the group ${key}.`, options)
    })

  addMemberCommands(command, 'groups')
}

/** The group of a path; made, with those above it, where it is missing. */
export async function ensureGroup(client: Client, path: string): Promise<{ readonly id: number }> {
  const known = await findNamespace(client, path)
  if (known !== null) return known
  const at = path.lastIndexOf('/')
  const parent = at < 0 ? null : await ensureGroup(client, path.slice(0, at))
  const last = path.slice(at + 1)
  const group = { name: last, path: last, ...(parent === null ? {} : { parent_id: parent.id }) }
  return client.post<GroupView>('/groups', group).catch(async (error: unknown) => {
    const made = await findNamespace(client, path) // by somebody else, at the same moment
    if (made === null) throw error
    return made
  })
}

async function findNamespace(client: Client, path: string): Promise<{ readonly id: number } | null> {
  const response = await client.raw('GET', `/namespaces/${encodeKey(path)}`)
  if (response.status === 404) return null
  if (!response.ok) throw new AppError('client.refused', `the group ${path} cannot be read (${response.status})`)
  return (await response.json()) as { readonly id: number }
}

type CreateOptions = OutputOptions & {
  readonly name?: string
  readonly description?: string
  readonly visibility?: string
}

async function createGroup(path: string, options: CreateOptions): Promise<void> {
  const client = await openClient()
  const at = path.lastIndexOf('/')
  const parent = at < 0 ? null : await ensureGroup(client, path.slice(0, at))
  const last = path.slice(at + 1)
  const { name = last, description, visibility } = options
  const group = await client.post<GroupView>('/groups', {
    name,
    path: last,
    description,
    visibility,
    ...(parent === null ? {} : { parent_id: parent.id }),
  })
  printDone(group, `Created: the group ${group.full_path}, ${group.web_url}`, options)
}
