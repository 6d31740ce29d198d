// Which server is it? GitLab's clients compare `version` with what they need, so it names the GitLab whose API is served.
import { Type } from '@fastify/type-provider-typebox'
import type { App } from '../app.ts'

export const gitlabVersion = '18.0.0'

export function registerVersion(app: App, deps: { readonly version: string }): void {
  const revision = `slipway-${deps.version}`
  const fields = { version: Type.String(), revision: Type.String() }
  app.get(
    '/api/v4/version',
    {
      config: { policy: { kind: 'signed_in', scopes: ['read_user'] } },
      schema: { operationId: 'getVersion', tags: ['version'], response: { 200: Type.Object(fields) } },
    },
    async () => ({ version: gitlabVersion, revision }),
  )

  const kas = Type.Object({
    enabled: Type.Boolean(),
    externalUrl: Type.Null(),
    externalK8sProxyUrl: Type.Null(),
    version: Type.Null(),
  })
  app.get(
    '/api/v4/metadata',
    {
      config: { policy: { kind: 'signed_in', scopes: ['read_user'] } },
      schema: {
        operationId: 'getMetadata',
        tags: ['version'],
        response: { 200: Type.Object({ ...fields, kas, enterprise: Type.Boolean() }) },
      },
    },
    async () => ({
      version: gitlabVersion,
      revision,
      kas: { enabled: false, externalUrl: null, externalK8sProxyUrl: null, version: null },
      enterprise: false,
    }),
  )
}
