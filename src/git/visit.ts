// Before git is asked anything: what does the request want, who sends it, and may they?
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Actor } from '../access/model.ts'
import type { Access, Credentials, ProjectAccess } from '../access/ports.ts'
import { type ProxyTrust, visitorOf } from '../kit/visitor.ts'
import type { Service } from './advertise.ts'
import type { Repositories } from './repositories.ts'

export type VisitDeps = {
  readonly access: Access
  readonly repositories: Repositories
  /** Proxies that are believed about where a request comes from. */
  readonly trustProxy: ProxyTrust
}

const door = /^\/([^?]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)(?:\?(.*))?$/
const dumbDoor = /^\/[^?]+\.git\/(?:HEAD|objects\/|info\/)/

/** Is the URL one of git's? */
export function isGitUrl(url: string): boolean {
  return (door.test(url) || dumbDoor.test(url)) && !url.includes('/-/')
}

export type Visit = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly service: Service
  readonly isAdvertisement: boolean
  readonly actor: Actor
  readonly access: ProjectAccess
  readonly folder: string
}

/** Who is it, what do they want, may they? Null: answered already. */
export async function admit(
  deps: VisitDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Visit | null> {
  const wish = wishOf(request)
  if (wish === null) return refuse(response, 404, 'Only the smart protocol is served: use a newer git.')
  if (wish === 'wrong_method') return refuse(response, 405, 'Method not allowed.')
  if (wish === 'ambiguous') return refuse(response, 400, 'The service is named more than once.')
  const actor = await deps.access.authenticate(credentialsOf(request, deps.trustProxy))
  if (actor === null) return challenge(response)
  const access = await deps.access.project(actor, wish.path)
  const action = wish.service === 'git-receive-pack' ? 'push_code' : 'read_code'
  const decision = access?.may(action) ?? { allowed: false, hidden: true, reason: '' }
  if (access === null || !decision.allowed) {
    if (actor.kind === 'anonymous') return challenge(response)
    if (decision.allowed || decision.hidden)
      return refuse(response, 404, `There is no project ${wish.path}, or you may not see it.`)
    return refuse(response, 403, decision.reason)
  }
  const folder = await deps.repositories.ensure(access.project.id)
  return { request, response, actor, access, folder, service: wish.service, isAdvertisement: wish.isAdvertisement }
}

type Wish = { readonly path: string; readonly service: Service; readonly isAdvertisement: boolean }

function wishOf(request: IncomingMessage): Wish | 'wrong_method' | 'ambiguous' | null {
  const [, encoded = '', what = '', query = ''] = door.exec(request.url ?? '') ?? []
  const path = decodePath(encoded)
  if (path === null) return null
  const isAdvertisement = what === 'info/refs'
  if (request.method !== (isAdvertisement ? 'GET' : 'POST')) return 'wrong_method'
  // Said twice, it could be one service that is allowed and another that is served.
  const [service, ...others] = isAdvertisement ? new URLSearchParams(query).getAll('service') : [what]
  if (others.length > 0) return 'ambiguous'
  return service === 'git-upload-pack' || service === 'git-receive-pack' ? { path, service, isAdvertisement } : null
}

/** A project's full path, or null: what could mean something else on a disk never gets as far as a look-up. */
function decodePath(encoded: string): string | null {
  try {
    const path = decodeURIComponent(encoded)
    return /^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$/.test(path) && !path.includes('..')
      ? path
      : null
  } catch {
    return null // a broken percent-encoding names nothing
  }
}

function credentialsOf(request: IncomingMessage, trustProxy: ProxyTrust): Credentials {
  const header = request.headers.authorization ?? ''
  const bearer = /^Bearer +(\S+)$/i.exec(header)?.[1]
  if (bearer !== undefined) return { kind: 'token', token: bearer }
  const basic = /^Basic +([A-Za-z0-9+/=_-]+)$/i.exec(header)?.[1]
  if (basic === undefined) return { kind: 'none' }
  const text = Buffer.from(basic, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0) return { kind: 'none' }
  const [username, password] = [text.slice(0, colon), text.slice(colon + 1)]
  return username === '' && password === ''
    ? { kind: 'none' }
    : { kind: 'basic', username, password, address: visitorOf(request, trustProxy).address }
}

function challenge(response: ServerResponse): null {
  response.setHeader('www-authenticate', 'Basic realm="Slipway"')
  return refuse(response, 401, 'Sign in with your user name and a password or access token.')
}

/** git shows plain text as `remote: …`. */
export function refuse(response: ServerResponse, status: number, text: string): null {
  response.writeHead(status, headersOf('text/plain; charset=utf-8')).end(`${text}\n`)
  return null
}

export function headersOf(type: string): Readonly<Record<string, string>> {
  return {
    'content-type': type,
    'cache-control': 'no-cache, max-age=0, must-revalidate',
    'x-content-type-options': 'nosniff',
  }
}

export function protocolOf(request: IncomingMessage): 'version=2' | 'version=1' | undefined {
  const asked = request.headers['git-protocol']
  if (typeof asked !== 'string') return undefined
  return asked.split(':').includes('version=2')
    ? 'version=2'
    : asked.split(':').includes('version=1')
      ? 'version=1'
      : undefined
}

/** The body, unzipped. */
export function bodyOf(request: IncomingMessage): Readable {
  if (request.headers['content-encoding'] !== 'gzip') return request
  // Whoever reads it meets the error; without the callback it would be thrown at nobody.
  return pipeline(request, createGunzip(), () => {})
}
