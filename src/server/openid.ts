// What others need to verify the `id_tokens` of jobs: OpenID Connect's discovery document and the public keys.
import { Type } from '@fastify/type-provider-typebox'
import { signingAlgorithm, type TokenSigner } from '../access/token-signer.ts'
import { claimNames } from '../run/id-token.ts'
import type { App } from './app.ts'

const open = { config: { policy: { kind: 'public' } } } as const
const keySet = Type.Object({ keys: Type.Array(Type.Record(Type.String(), Type.Unknown())) })

export function registerOpenId(
  app: App,
  deps: { readonly url: string; readonly signer: Pick<TokenSigner, 'keys'> },
): void {
  const keysPath = '/oauth/discovery/keys'
  app.get(
    '/.well-known/openid-configuration',
    {
      ...open,
      schema: {
        operationId: 'getOpenIdConfiguration',
        tags: ['id tokens'],
        response: { 200: Type.Record(Type.String(), Type.Unknown()) },
      },
    },
    async () => ({
      issuer: deps.url,
      jwks_uri: `${deps.url}${keysPath}`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [signingAlgorithm],
      claims_supported: claimNames,
    }),
  )
  for (const [path, operationId] of [
    [keysPath, 'getSigningKeys'],
    ['/-/jwks', 'getSigningKeysToo'],
  ] as const) {
    app.get(path, { ...open, schema: { operationId, tags: ['id tokens'], response: { 200: keySet } } }, async () => ({
      keys: deps.signer.keys.map(key => ({ ...key })),
    }))
  }
}
