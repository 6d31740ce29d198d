// `slipway user`: the people of the instance, for administrators.
import type { Command } from 'commander'
import { AppError } from '../kit/errors.ts'
import { type Client, openClient } from './client.ts'
import { type Column, type OutputOptions, printDone, printList, printOne } from './output.ts'
import { askSecret } from './prompt.ts'

type User = {
  readonly id: number
  readonly username: string
  readonly name: string
  readonly email?: string
  readonly state: string
  readonly is_admin?: boolean
  readonly last_sign_in_at?: string | null
}

const fields: readonly Column<User>[] = [
  { title: 'id', value: user => user.id },
  { title: 'username', value: user => user.username },
  { title: 'name', value: user => user.name },
  { title: 'email', value: user => user.email },
  { title: 'state', value: user => user.state },
  { title: 'admin', value: user => user.is_admin },
  { title: 'last sign-in', value: user => user.last_sign_in_at },
]

export function register(program: Command): void {
  const command = program.command('user').description('people: list, create, block, delete (for administrators)')

  command
    .command('list')
    .description('list people and bots')
    .option('--search <text>', 'part of the user name or name')
    .option('--json', 'as JSON')
    .action(async (options: OutputOptions & { readonly search?: string }) => {
      const client = await openClient()
      printList(await client.list<User>('/users', { search: options.search }), fields, options, 'There are no users.')
    })

  command
    .command('view')
    .description('show one user; without a name, yourself')
    .argument('[username]')
    .option('--json', 'as JSON')
    .action(async (username: string | undefined, options: OutputOptions) => {
      const client = await openClient()
      printOne(
        username === undefined ? await client.get<User>('/user') : await findUser(client, username),
        fields,
        options,
      )
    })

  command
    .command('create')
    .description('create a user; the password is asked for or read from standard input')
    .argument('<username>')
    .requiredOption('--email <address>')
    .option('--name <name>', 'the full name; default: the user name')
    .option('--admin', 'an administrator')
    .option('--json', 'as JSON')
    .action(createUser)

  command
    .command('password')
    .description('set the password of a user; it is asked for or read from standard input')
    .argument('<username>')
    .option('--json', 'as JSON')
    .action(async (username: string, options: OutputOptions) => {
      const client = await openClient()
      const { id } = await findUser(client, username)
      const user = await client.put<User>(`/users/${id}`, { password: await askSecret(`New password of ${username}`) })
      printDone(user, `The password of ${username} is set; all their sessions have ended.`, options)
    })

  for (const [verb, sentence] of [
    ['block', 'cannot sign in any more, and their tokens do not work'],
    ['unblock', 'can sign in again'],
  ] as const) {
    command
      .command(verb)
      .description(`${verb} a user`)
      .argument('<username>')
      .option('--json', 'as JSON')
      .action(async (username: string, options: OutputOptions) => {
        const client = await openClient()
        const { id } = await findUser(client, username)
        await client.post(`/users/${id}/${verb}`)
        printDone(await client.get<User>(`/users/${id}`), `${username} ${sentence}.`, options)
      })
  }

  command
    .command('delete')
    .description('delete a user')
    .argument('<username>')
    .option('--json', 'as JSON')
    .action(async (username: string, options: OutputOptions) => {
      const client = await openClient()
      const user = await findUser(client, username)
      await client.delete(`/users/${user.id}`)
      printDone(user, `Deleted: the user ${username}.`, options)
    })
}

export async function findUser(client: Client, username: string): Promise<User> {
  const [user] = await client.get<readonly User[]>('/users', { username })
  if (user === undefined) throw new AppError('client.refused', `there is no user '${username}'`)
  return user
}

async function createUser(
  username: string,
  options: OutputOptions & { readonly email: string; readonly name?: string; readonly admin?: boolean },
): Promise<void> {
  const client = await openClient()
  const { email, name = username, admin = false } = options
  const password = await askSecret(`Password of ${username}`)
  const user = await client.post<User>('/users', { username, email, name, admin, password })
  printDone(user, `Created: the user ${user.username} (id ${user.id}).`, options)
}
