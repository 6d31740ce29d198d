// `slipway group member …` and `slipway project member …`: the same for both.
import type { Command } from 'commander'
import { type Client, encodeKey, openClient } from './client.ts'
import { type Column, type OutputOptions, printDone, printList } from './output.ts'
import { levelOf, roleOf } from './roles.ts'
import { findUser } from './user.ts'

type Member = {
  readonly id: number
  readonly username: string
  readonly name: string
  readonly access_level: number
  readonly expires_at: string | null
}

const fields: readonly Column<Member>[] = [
  { title: 'username', value: member => member.username },
  { title: 'name', value: member => member.name },
  { title: 'role', value: member => roleOf(member.access_level) },
  { title: 'expires', value: member => member.expires_at },
]

/** @param kind the first word of the API's path */
export function addMemberCommands(parent: Command, kind: 'groups' | 'projects'): void {
  const place = kind === 'groups' ? 'group' : 'project'
  const command = parent.command('member').description(`members of a ${place}`)

  command
    .command('list')
    .description(`list the members of a ${place}, those of the groups above included`)
    .argument(`<${place}>`, 'its full path or id')
    .option('--json', 'as JSON')
    .action(async (key: string, options: OutputOptions) => {
      const client = await openClient()
      printList(
        await client.list<Member>(`/${kind}/${encodeKey(key)}/members/all`),
        fields,
        options,
        'There are no members.',
      )
    })

  command
    .command('add')
    .description('add a member, or change the role of one')
    .argument(`<${place}>`, 'its full path or id')
    .argument('<username>')
    .option('--role <role>', 'guest, reporter, developer, maintainer or owner', 'developer')
    .option('--expires <date>', 'the day from which it counts no more: 2026-12-31')
    .option('--json', 'as JSON')
    .action(
      async (
        key: string,
        username: string,
        options: OutputOptions & { readonly role: string; readonly expires?: string },
      ) => {
        const client = await openClient()
        const member = await putMember(client, `/${kind}/${encodeKey(key)}/members`, username, {
          access_level: levelOf(options.role),
          ...(options.expires === undefined ? {} : { expires_at: options.expires }),
        })
        printDone(member, `${member.username} is ${roleOf(member.access_level)} of ${key}.`, options)
      },
    )

  command
    .command('remove')
    .description('remove a member')
    .argument(`<${place}>`, 'its full path or id')
    .argument('<username>')
    .option('--json', 'as JSON')
    .action(async (key: string, username: string, options: OutputOptions) => {
      const client = await openClient()
      const user = await findUser(client, username)
      await client.delete(`/${kind}/${encodeKey(key)}/members/${user.id}`)
      printDone(user, `${username} is no direct member of ${key} any more.`, options)
    })
}

async function putMember(client: Client, path: string, username: string, values: object): Promise<Member> {
  const { id } = await findUser(client, username)
  const direct = await client.list<Member>(path)
  const isKnown = direct.some(member => member.id === id)
  return isKnown ? client.put(`${path}/${id}`, values) : client.post(path, { user_id: id, ...values })
}
