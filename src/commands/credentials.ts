// Which server do the commands talk to, and as whom? `SLIPWAY_URL` and `SLIPWAY_TOKEN`, else what `slipway login` stored in
// `$XDG_CONFIG_HOME/slipway/credentials.json` (0600).
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { AppError } from '../kit/errors.ts'
import { readAuthority } from '../kit/trust.ts'

export type Credentials = {
  readonly url: string
  readonly token: string
  /** Who signed the server's certificate, when no public authority did (PEM). */
  readonly authority?: string
}

type Stored = {
  /** The server that commands use. */
  readonly current: string | null
  readonly servers: Readonly<Record<string, Omit<Credentials, 'url'> & { readonly username: string }>>
}

const nothing: Stored = { current: null, servers: {} }

export async function findCredentials(): Promise<Credentials> {
  const stored = await readStored()
  const url = process.env.SLIPWAY_URL || stored.current
  if (url === null) {
    throw new AppError('usage', 'no server is known: run `slipway login URL`, or set SLIPWAY_URL and SLIPWAY_TOKEN')
  }
  const trimmed = tidyUrl(url)
  const token = process.env.SLIPWAY_TOKEN || stored.servers[trimmed]?.token
  if (token === undefined) {
    throw new AppError('usage', `not signed in to ${trimmed}: run \`slipway login ${trimmed}\`, or set SLIPWAY_TOKEN`)
  }
  const authority = authorityFromEnvironment() ?? stored.servers[trimmed]?.authority
  return { url: trimmed, token, ...(authority === undefined ? {} : { authority }) }
}

/** What `SLIPWAY_CA_FILE` holds. */
export function authorityFromEnvironment(): string | undefined {
  const file = process.env.SLIPWAY_CA_FILE
  return file ? readAuthority(file) : undefined
}

/** Null: nobody has signed in there. */
export async function storedUser(url: string): Promise<string | null> {
  return (await readStored()).servers[url]?.username ?? null
}

export async function currentServer(): Promise<string | null> {
  return process.env.SLIPWAY_URL || (await readStored()).current
}

export async function storeCredentials(credentials: Credentials & { readonly username: string }): Promise<string> {
  const stored = await readStored()
  const { url, ...ofServer } = credentials
  return writeStored({ current: url, servers: { ...stored.servers, [url]: ofServer } })
}

/** What was stored; null: nothing was. */
export async function forgetCredentials(url: string): Promise<Omit<Credentials, 'url'> | null> {
  const stored = await readStored()
  const { [url]: forgotten, ...servers } = stored.servers
  if (forgotten === undefined) return null
  const [other = null] = Object.keys(servers)
  await writeStored({ current: stored.current === url ? other : stored.current, servers })
  return forgotten
}

/** Without a slash at the end. */
export function tidyUrl(text: string): string {
  const url = URL.parse(text.includes('://') ? text : `https://${text}`)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new AppError('usage', `expected the URL of a server like https://ci.example.com, found '${text}'`)
  }
  return (url.origin + url.pathname).replace(/\/+$/, '')
}

function credentialsFile(): string {
  return join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'slipway', 'credentials.json')
}

async function readStored(): Promise<Stored> {
  const file = credentialsFile()
  try {
    return { ...nothing, ...(JSON.parse(await readFile(file, 'utf8')) as Partial<Stored>) }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return nothing
    throw new AppError('usage', `${file} cannot be read: mend it or remove it, and sign in again`, { cause })
  }
}

/** Written beside and renamed, so that no reader meets half a file, and never readable by others. */
async function writeStored(stored: Stored): Promise<string> {
  const file = credentialsFile()
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const fresh = `${file}.${process.pid}`
  await writeFile(fresh, `${JSON.stringify(stored, null, 2)}\n`, { mode: 0o600 })
  await rename(fresh, file)
  return file
}
