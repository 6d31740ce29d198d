// The server's app with given resources, without a log and with health that is always good.
import { createLog } from '../../../src/kit/log.ts'
import { type App, type AppDeps, createApp } from '../../../src/server/app.ts'

export function createSilentApp(deps: Pick<AppDeps, 'access' | 'runnerDoor' | 'resources' | 'errors'>): Promise<App> {
  return createApp({
    health: {
      ready: async () => ({ ready: true, checks: {} }),
      metrics: async () => ({ contentType: 'text/plain', text: '' }),
    },
    audit: { record: async () => undefined },
    log: createLog({ level: 'silent' }),
    version: '0.0.0',
    url: 'https://ci.example.com',
    raw: [],
    ...deps,
  })
}
