// Other registries whose images are fetched through this one. Their credentials are nobody's to read.
import { Type } from '@fastify/type-provider-typebox'
import type { App } from '../app.ts'
import type { RegistryApiDeps } from './registry-deps.ts'

const upstreamEntity = Type.Object({
  name: Type.String(),
  url: Type.String(),
  has_credentials: Type.Boolean(),
  tag_lifetime_seconds: Type.Integer({ description: 'For so long a tag is believed without asking.' }),
  is_mirror_of_jobs: Type.Boolean({ description: "Whether jobs' Docker asks here for its images." }),
  prefix: Type.String({ description: 'What an image is called here: this, and its name there.' }),
})

export function registerRegistryUpstreams(app: App, { upstreams, registryUrl }: RegistryApiDeps): void {
  app.get(
    '/api/v4/slipway/registry/upstreams',
    {
      config: { policy: { kind: 'signed_in' } },
      schema: {
        operationId: 'listRegistryUpstreams',
        tags: ['container registry'],
        response: { 200: Type.Array(upstreamEntity) },
      },
    },
    async () =>
      upstreams.map(({ name, url, username, tagLifetimeMs, mirrorName }) => ({
        name,
        url,
        has_credentials: username !== null,
        tag_lifetime_seconds: Math.round(tagLifetimeMs / 1000),
        is_mirror_of_jobs: mirrorName !== null,
        prefix: `${new URL(registryUrl).host}/dependency_proxy/${name}/`,
      })),
  )
}
