// All resources of the container registry.
import type { App } from '../app.ts'
import { registerRegistryCleanup } from './registry-cleanup.ts'
import type { RegistryApiDeps } from './registry-deps.ts'
import { registerRegistryFollows } from './registry-follows.ts'
import { registerRegistryProtection } from './registry-protection.ts'
import { registerRegistryRepositories } from './registry-repositories.ts'
import { registerRegistryUsage } from './registry-usage.ts'
import { registerRegistryWebhooks } from './registry-webhooks.ts'

export function registerRegistry(app: App, deps: RegistryApiDeps): void {
  registerRegistryRepositories(app, deps)
  registerRegistryCleanup(app, deps)
  registerRegistryProtection(app, deps)
  registerRegistryWebhooks(app, deps)
  registerRegistryFollows(app, deps)
  registerRegistryUsage(app, deps)
}
