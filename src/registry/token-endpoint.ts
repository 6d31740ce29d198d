// `/jwt/auth`: the token endpoint of the Docker token protocol, by GET, and in OAuth2's form by POST. It refuses wrong
// credentials only; what the caller may not have is left out of the token.
import { type Actor, anonymous } from '../access/model.ts'
import type { Access } from '../access/ports.ts'
import { RegistryError } from './errors.ts'
import { type Answer, type Exchange, jsonAnswer, readBody, refuseRepeated } from './exchange.ts'
import { type Gate, parseAuthorization } from './gate.ts'
import { formatScope, parseScopes } from './scopes.ts'
import type { RegistryTokens } from './tokens.ts'

const maxFormBytes = 65_536

export type TokenEndpoint = (exchange: Exchange) => Promise<Answer>

export function createTokenEndpoint(deps: {
  readonly access: Pick<Access, 'authenticate'>
  readonly gate: Pick<Gate, 'allowed'>
  readonly tokens: RegistryTokens
}): TokenEndpoint {
  const { access, gate, tokens } = deps

  async function actorOf(username: string, password: string, address: string): Promise<Actor> {
    const actor = await access.authenticate({ kind: 'basic', username, password, address })
    if (actor === null) throw wrongCredentials()
    return actor
  }

  async function get({ request, query, visitor }: Exchange): Promise<Answer> {
    const credentials = parseAuthorization(request.headers.authorization)
    if (credentials?.kind === 'bearer') throw wrongCredentials()
    const actor =
      credentials === null ? anonymous : await actorOf(credentials.username, credentials.password, visitor.address)
    const { token, expiresInSeconds, issuedAt } = tokens.issue(
      actor,
      await gate.allowed(actor, parseScopes(query.getAll('scope'))),
    )
    const body = { token, access_token: token, expires_in: expiresInSeconds, issued_at: issuedAt.toISOString() }
    return jsonAnswer(200, body, noStore)
  }

  async function post({ request, visitor }: Exchange): Promise<Answer> {
    const form = new URLSearchParams((await readBody(request, maxFormBytes, 'SIZE_INVALID')).toString('utf8'))
    refuseRepeated(form)
    const [username, password] = [form.get('username'), form.get('password')]
    if (form.get('grant_type') !== 'password' || username === null || password === null) {
      return jsonAnswer(
        400,
        { error: 'unsupported_grant_type', error_description: 'only grant_type=password is served' },
        noStore,
      )
    }
    const actor = await actorOf(username, password, visitor.address)
    const granted = await gate.allowed(actor, parseScopes(form.getAll('scope')))
    const { token, expiresInSeconds, issuedAt } = tokens.issue(actor, granted)
    const body = {
      access_token: token,
      token_type: 'Bearer',
      scope: granted.map(formatScope).join(' '),
      expires_in: expiresInSeconds,
      issued_at: issuedAt.toISOString(),
    }
    return jsonAnswer(200, body, noStore)
  }

  return exchange => {
    if (exchange.method === 'GET') return get(exchange)
    if (exchange.method === 'POST') return post(exchange)
    throw new RegistryError('UNSUPPORTED', undefined, { headers: { Allow: 'GET, POST' } })
  }
}

const noStore = { 'Cache-Control': 'no-store' } as const

function wrongCredentials(): RegistryError {
  return new RegistryError('UNAUTHORIZED', 'wrong user name or password (a token may stand for the password)', {
    headers: { 'WWW-Authenticate': 'Basic realm="container registry"' },
  })
}
