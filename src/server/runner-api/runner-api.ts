// The runner's side of the API, all routes.
import type { App } from '../app.ts'
import { registerRunnerArtifacts } from './artifacts.ts'
import { registerCaches } from './caches.ts'
import { registerClaim } from './claim.ts'
import type { RunnerApiDeps } from './deps.ts'
import { registerLease } from './lease.ts'
import { registerRegistration } from './registration.ts'
import { createRunnerContact } from './runner-contact.ts'
import { registerTrace } from './trace.ts'

export function registerRunnerApi(app: App, deps: RunnerApiDeps): void {
  const contact = createRunnerContact(deps)
  registerRegistration(app, deps)
  registerClaim(app, deps, contact)
  registerLease(app, deps, contact)
  registerTrace(app, deps)
  registerRunnerArtifacts(app, deps)
  registerCaches(app, deps)
}
