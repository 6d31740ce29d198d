// `slipway token`: access tokens of yourself, of a project or of a group, and deploy tokens. A new token is printed once.
import type { Command } from 'commander'
import { AppError } from '../kit/errors.ts'
import { encodeKey, openClient } from './client.ts'
import { type Column, type OutputOptions, printDone, printJson, printLine, printList } from './output.ts'
import { levelOf, roleOf } from './roles.ts'

type TokenView = {
  readonly id: number
  readonly name: string
  readonly scopes: readonly string[]
  readonly revoked: boolean
  readonly expires_at: string | null
  readonly last_used_at?: string | null
  readonly access_level?: number
  /** Of deploy tokens. */
  readonly username?: string
}
type Minted = TokenView & { readonly token: string }

const fields: readonly Column<TokenView>[] = [
  { title: 'id', value: token => token.id },
  { title: 'name', value: token => token.name },
  { title: 'scopes', value: token => token.scopes.join(',') },
  { title: 'role', value: token => (token.access_level === undefined ? null : roleOf(token.access_level)) },
  { title: 'expires', value: token => token.expires_at },
  { title: 'last used', value: token => token.last_used_at },
]

type PlaceOptions = OutputOptions & { readonly project?: string; readonly group?: string; readonly deploy?: boolean }
type CreateOptions = PlaceOptions & {
  readonly scopes: string
  readonly role?: string
  readonly expires?: string
  readonly username?: string
}

export function register(program: Command): void {
  const command = program.command('token').description('access tokens and deploy tokens: create, list, rotate, revoke')

  withPlace(command.command('list'))
    .description('list tokens that work')
    .action(async (options: PlaceOptions) => {
      const client = await openClient()
      const tokens = await client.list<TokenView>(wayOf(options), {
        state: options.deploy === true ? undefined : 'active',
      })
      printList(tokens, fields, options, 'There are no tokens.')
    })

  withPlace(command.command('create'))
    .description('create a token; it is printed once')
    .argument('<name>')
    .option(
      '--scopes <scopes>',
      'with commas between: api, read_api, read_repository, write_repository, read_registry, …',
      'api',
    )
    .option('--role <role>', 'of a project or group token', 'maintainer')
    .option('--expires <date>', 'the day from which it does not work: 2026-12-31')
    .option('--username <name>', 'of a deploy token')
    .action(createToken)

  withPlace(command.command('rotate'))
    .description('revoke a token and make its successor, which is printed once')
    .argument('<id>')
    .option('--expires <date>', 'of the new one; default: as the old one')
    .action(async (id: string, options: PlaceOptions & { readonly expires?: string }) => {
      if (options.deploy === true) throw new AppError('usage', 'token rotate: a deploy token is revoked and made anew')
      const client = await openClient()
      const body = options.expires === undefined ? {} : { expires_at: options.expires }
      printMinted(await client.post<Minted>(`${wayOf(options)}/${encodeKey(id)}/rotate`, body), options)
    })

  withPlace(command.command('revoke'))
    .description('revoke a token: it stops working at once')
    .argument('<id>')
    .action(async (id: string, options: PlaceOptions) => {
      const client = await openClient()
      await client.delete(`${wayOf(options)}/${encodeKey(id)}`)
      printDone({ id: Number(id), revoked: true }, `Revoked: the token ${id}.`, options)
    })
}

function withPlace(command: Command): Command {
  return command
    .option('--project <project>', 'of a project, not of yourself')
    .option('--group <group>', 'of a group, not of yourself')
    .option('--deploy', 'deploy tokens of the project or group')
    .option('--json', 'as JSON')
}

function wayOf({ project, group, deploy = false }: PlaceOptions): string {
  if (project !== undefined && group !== undefined)
    throw new AppError('usage', 'expected --project or --group, found both')
  const place =
    project !== undefined
      ? `/projects/${encodeKey(project)}`
      : group !== undefined
        ? `/groups/${encodeKey(group)}`
        : null
  if (place === null && deploy) throw new AppError('usage', '--deploy goes with --project or --group')
  if (place === null) return '/personal_access_tokens'
  return `${place}/${deploy ? 'deploy_tokens' : 'access_tokens'}`
}

async function createToken(name: string, options: CreateOptions): Promise<void> {
  const client = await openClient()
  const way = wayOf(options)
  const isPersonal = way === '/personal_access_tokens'
  const body = {
    name,
    scopes: options.scopes.split(',').map(scope => scope.trim()),
    ...(options.expires === undefined ? {} : { expires_at: options.expires }),
    ...(isPersonal || options.deploy === true || options.role === undefined
      ? {}
      : { access_level: levelOf(options.role) }),
    ...(options.username === undefined ? {} : { username: options.username }),
  }
  printMinted(await client.post<Minted>(isPersonal ? '/user/personal_access_tokens' : way, body), options)
}

/** The token alone on standard output, so that it can be piped; the rest beside it. */
function printMinted(minted: Minted, options: OutputOptions): void {
  if (options.json === true) {
    printJson(minted)
    return
  }
  const user = minted.username === undefined ? '' : ` for the user name ${minted.username}`
  process.stderr.write(`Created: the token ${minted.name} (id ${minted.id})${user}. It is shown this once:\n`)
  printLine(minted.token)
}
