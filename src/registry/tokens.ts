// The registry's own tokens: JWT signed with HS256, since the server that makes them also checks them. A checked token is
// kept, so that a layer-by-layer push pays for one signature only.
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Actor } from '../access/model.ts'
import type { Scope } from './scopes.ts'

export type TokenClaims = {
  readonly actor: Actor
  readonly access: readonly Scope[]
  /** Seconds since 1970, as JWT has them. */
  readonly iat: number
  readonly exp: number
}

export type CheckedToken = TokenClaims & {
  /** Over: good only for going on with an upload that the same actor began. */
  readonly isExpired: boolean
}

export type RegistryTokens = {
  readonly issue: (
    actor: Actor,
    access: readonly Scope[],
  ) => { readonly token: string; readonly expiresInSeconds: number; readonly issuedAt: Date }
  /** Null: not one of ours. */
  readonly check: (token: string) => CheckedToken | null
}

const header = Buffer.from('{"typ":"JWT","alg":"HS256"}').toString('base64url')
const maxTokenLength = 16_384
const maxKept = 10_000

export function createRegistryTokens(deps: {
  readonly key: Buffer
  /** Issuer and audience. */
  readonly service: string
  readonly lifetimeSeconds: number
  readonly clock: () => number
}): RegistryTokens {
  const { key, service, lifetimeSeconds, clock } = deps
  const kept = new Map<string, TokenClaims>()
  const sign = (text: string) => createHmac('sha256', key).update(text).digest()

  function checkSignature(token: string): TokenClaims | null {
    const [head, payload, signature, ...more] = token.split('.')
    if (head !== header || payload === undefined || signature === undefined || more.length > 0) return null
    const expected = sign(`${head}.${payload}`)
    const given = Buffer.from(signature, 'base64url')
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as TokenClaims & { readonly aud: string }
    return claims.aud === service ? claims : null
  }

  return {
    issue(actor, access) {
      const now = Math.floor(clock() / 1000)
      const claims = {
        iss: service,
        aud: service,
        sub: subjectOf(actor),
        iat: now,
        nbf: now,
        exp: now + lifetimeSeconds,
        jti: randomUUID(),
        access,
        actor,
      }
      const payload = Buffer.from(JSON.stringify(claims)).toString('base64url')
      const signature = sign(`${header}.${payload}`).toString('base64url')
      return {
        token: `${header}.${payload}.${signature}`,
        expiresInSeconds: lifetimeSeconds,
        issuedAt: new Date(now * 1000),
      }
    },

    check(token) {
      if (token.length > maxTokenLength) return null
      const claims = kept.get(token) ?? checkSignature(token)
      if (claims === null) return null
      if (kept.size >= maxKept) kept.clear()
      kept.set(token, claims)
      return { ...claims, isExpired: claims.exp * 1000 <= clock() }
    },
  }
}

/** One word for who it is; the same for all tokens of one user. */
export function subjectOf(actor: Actor): string {
  switch (actor.kind) {
    case 'anonymous':
      return ''
    case 'user':
      return `user-${actor.userId}`
    case 'deploy_token':
      return `deploy-token-${actor.tokenId}`
    case 'job':
      return `job-${actor.jobId}`
  }
}
