// OpenAPI 3.1, generated from the schemas that validate.
import swagger from '@fastify/swagger'
import type { App } from '../app.ts'

export async function addOpenapi(app: App, options: { readonly url: string; readonly version: string }): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Slipway',
        version: options.version,
        description: "GitLab's /api/v4, as far as Slipway serves it.",
      },
      servers: [{ url: options.url }],
      components: {
        securitySchemes: {
          token: { type: 'apiKey', in: 'header', name: 'PRIVATE-TOKEN' },
          bearer: { type: 'http', scheme: 'bearer' },
          job: { type: 'apiKey', in: 'header', name: 'JOB-TOKEN' },
        },
      },
      security: [{ token: [] }, { bearer: [] }, { job: [] }],
    },
  })
  app.get('/api/openapi.json', { config: { policy: { kind: 'public' } }, schema: { hide: true } }, async () =>
    app.swagger(),
  )
}
