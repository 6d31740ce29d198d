// `slipway login`: stores a server and a token for the other commands. With a user name it makes a token of its own, named
// for this machine; with `--with-token` it takes one.
import { hostname } from 'node:os'
import type { Command } from 'commander'
import { AppError } from '../kit/errors.ts'
import { readAuthority, reasonOfConnection, trustAuthority } from '../kit/trust.ts'
import { createClient } from './client.ts'
import {
  authorityFromEnvironment,
  currentServer,
  forgetCredentials,
  storeCredentials,
  storedUser,
  tidyUrl,
} from './credentials.ts'
import { type OutputOptions, printDone, printLine } from './output.ts'
import { ask, askSecret } from './prompt.ts'

type Options = OutputOptions & {
  readonly username?: string
  readonly withToken?: boolean
  readonly status?: boolean
  readonly forget?: boolean
  readonly caFile?: string
}

export function register(program: Command): void {
  program
    .command('login')
    .description(
      'store a server and a token for the commands; passwords and tokens are asked for or read from standard input',
    )
    .argument('[url]', 'the server, as browsers see it')
    .option('-u, --username <name>', 'sign in with a user name and password; a token is made for this machine')
    .option('--with-token', 'store a personal access token that you have already')
    .option('--ca-file <file>', 'who signed its certificate, when no public authority did (PEM); it is stored, too')
    .option('--status', 'tell who is signed in where')
    .option('--forget', 'forget the server and its token')
    .option('--json', 'as JSON')
    .action(login)
}

async function login(given: string | undefined, options: Options): Promise<void> {
  const text = given ?? (await currentServer())
  if (text === null) throw new AppError('usage', 'login: expected the URL of a server')
  const url = tidyUrl(text)
  if (options.forget === true) return forget(url, options)
  if (options.status === true) return tellStatus(url, options)
  const authority = options.caFile === undefined ? authorityFromEnvironment() : readAuthority(options.caFile)
  if (authority !== undefined) trustAuthority(authority)
  const token = options.withToken === true ? await askSecret('Token') : await makeToken(url, options.username)
  const { username } = await createClient({ url, token }).get<{ readonly username: string }>('/user')
  const file = await storeCredentials({ url, token, username, ...(authority === undefined ? {} : { authority }) })
  printDone({ url, username, file }, `Signed in to ${url} as ${username}. The token is in ${file}.`, options)
}

async function makeToken(url: string, given: string | undefined): Promise<string> {
  const login = given ?? (await ask('User name'))
  const password = await askSecret('Password')
  const headers = { 'content-type': 'application/json' }
  const session = await fetchJson(`${url}/api/v4/slipway/session`, {
    headers,
    body: JSON.stringify({ login, password }),
  })
  const cookie = session.cookies.find(each => each.startsWith('slipway_session='))?.split(';', 1)[0] ?? ''
  const proof = { ...headers, cookie, 'x-csrf-token': String(session.body.csrf_token) }
  const body = JSON.stringify({ name: `slipway login on ${hostname()}`, scopes: ['api'] })
  const minted = await fetchJson(`${url}/api/v4/user/personal_access_tokens`, { headers: proof, body })
  await fetch(`${url}/api/v4/slipway/session`, { method: 'DELETE', headers: proof })
  return String(minted.body.token)
}

async function fetchJson(
  address: string,
  request: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
): Promise<{ readonly body: Readonly<Record<string, unknown>>; readonly cookies: readonly string[] }> {
  const response = await fetch(address, { method: 'POST', redirect: 'error', ...request }).catch(cause => {
    const why = reasonOfConnection(cause)
    throw new AppError('client.unreachable', `${new URL(address).origin} does not answer: ${why}`, { cause })
  })
  const body = (await response.json().catch(() => ({}))) as Readonly<Record<string, unknown>>
  if (!response.ok) throw new AppError('client.refused', String(body.message ?? `refused with ${response.status}`))
  return { body, cookies: response.headers.getSetCookie() }
}

async function forget(url: string, options: Options): Promise<void> {
  const forgotten = await forgetCredentials(url)
  if (forgotten === null) throw new AppError('usage', `nobody is signed in to ${url}`)
  const { token, authority = authorityFromEnvironment() } = forgotten
  if (authority !== undefined) trustAuthority(authority)
  // The token was made for this machine: without it, it would only lie about.
  const isRevoked = await createClient({ url, token })
    .delete('/personal_access_tokens/self')
    .then(
      () => true,
      () => false,
    )
  printDone({ url, revoked: isRevoked }, `Forgotten: ${url}${isRevoked ? ', and its token revoked' : ''}.`, options)
}

async function tellStatus(url: string, options: Options): Promise<void> {
  const username = await storedUser(url)
  if (options.json === true) printDone({ url, username }, '', options)
  else printLine(username === null ? `${url}: nobody is signed in` : `${url}: signed in as ${username}`)
}
