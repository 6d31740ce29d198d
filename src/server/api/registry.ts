// All resources of the container registry.
import type { App } from '../app.ts'
import { registerRegistryBulkDelete } from './registry-bulk-delete.ts'
import { registerRegistryCleanupPolicy } from './registry-cleanup-policy.ts'
import type { RegistryApiDeps } from './registry-deps.ts'
import { registerRegistryFollows } from './registry-follows.ts'
import { registerRegistryGroup } from './registry-group.ts'
import { registerRegistryRepositories } from './registry-repositories.ts'
import { registerRegistryRepositoryRules } from './registry-repository-rules.ts'
import { registerRegistryTagRules } from './registry-tag-rules.ts'
import { registerRegistryUpstreams } from './registry-upstreams.ts'
import { registerRegistryUsage } from './registry-usage.ts'
import { registerRegistryWebhooks } from './registry-webhooks.ts'

export function registerRegistry(app: App, deps: RegistryApiDeps): void {
  registerRegistryRepositories(app, deps)
  registerRegistryGroup(app, deps)
  registerRegistryBulkDelete(app, deps)
  registerRegistryCleanupPolicy(app, deps)
  registerRegistryRepositoryRules(app, deps)
  registerRegistryTagRules(app, deps)
  registerRegistryWebhooks(app, deps)
  registerRegistryFollows(app, deps)
  registerRegistryUsage(app, deps)
  registerRegistryUpstreams(app, deps)
}
