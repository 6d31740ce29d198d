// Everything of the API that is about pipelines, jobs and what belongs to them, in one call for who puts the server
// together.
import type { Access } from '../../access/ports.ts'
import type { GroupStore, ProjectStore, UserStore } from '../../access/store-ports.ts'
import { artifactErrors } from '../../artifacts/errors.ts'
import type { ArtifactFiles, ArtifactStore } from '../../artifacts/ports.ts'
import type { MintedToken } from '../../kit/token.ts'
import type { TraceStore } from '../../logs/ports.ts'
import type { CommitStatusStore } from '../../run/commit-status-ports.ts'
import type { Coordinator } from '../../run/coordinator.ts'
import { runErrors } from '../../run/errors.ts'
import type { Lint } from '../../run/lint.ts'
import type { MergeRequestStore } from '../../run/merge-request-ports.ts'
import type { LiveBus, Repositories } from '../../run/ports.ts'
import type { ProtectedEnvironmentStore } from '../../run/protected-environment-ports.ts'
import type {
  EnvironmentStore,
  ResourceGroupStore,
  RunnerStore,
  RunReader,
  ScheduleStore,
  TriggerStore,
} from '../../run/store-ports.ts'
import type { App } from '../app.ts'
import type { ErrorTable } from '../plugins/errors.ts'
import { registerArtifacts } from './artifacts.ts'
import { registerById } from './by-id.ts'
import { type CommitStatusCreateDeps, registerCommitStatusCreate } from './commit-status-create.ts'
import { registerCommitStatuses } from './commit-statuses.ts'
import { registerDeployments } from './deployments.ts'
import { registerEnvironments } from './environments.ts'
import { apiErrors } from './errors.ts'
import { registerJobTrace } from './job-trace.ts'
import { registerJobs } from './jobs.ts'
import { registerLint } from './lint.ts'
import { registerLogSearch } from './log-search.ts'
import { registerMergeRequests } from './merge-requests.ts'
import { registerPipelineCreate } from './pipeline-create.ts'
import { registerPipelineJobs } from './pipeline-jobs.ts'
import { registerPipelines } from './pipelines.ts'
import { registerProtectedEnvironments } from './protected-environments.ts'
import { registerResourceGroups } from './resource-groups.ts'
import { registerRunners } from './runners.ts'
import { registerSchedules } from './schedules.ts'
import { registerTriggers } from './triggers.ts'

export type RunResourcesDeps = {
  /** As browsers see the server. */
  readonly url: string
  readonly now: () => Date
  readonly access: Access
  readonly users: UserStore
  readonly projects: ProjectStore
  readonly groups: GroupStore
  readonly reads: RunReader
  readonly coordinator: Coordinator
  readonly lint: Lint
  readonly repositories: Pick<Repositories, 'resolve'> & CommitStatusCreateDeps['repositories']
  readonly commitStatuses: CommitStatusStore
  readonly runners: RunnerStore
  readonly schedules: ScheduleStore
  readonly triggers: TriggerStore
  readonly mergeRequests: MergeRequestStore
  readonly environments: EnvironmentStore
  readonly protectedEnvironments: ProtectedEnvironmentStore
  readonly resourceGroups: ResourceGroupStore
  readonly artifacts: ArtifactStore
  readonly artifactFiles: ArtifactFiles
  readonly traces: TraceStore
  readonly bus: LiveBus
  readonly mintRunnerToken: () => MintedToken
  readonly mintTriggerToken: () => MintedToken
}

/** What these resources, and the runner's API, let through as HTTP. */
export const runResourceErrors: ErrorTable = {
  ...artifactErrors,
  ...apiErrors,
  ...Object.fromEntries(Object.entries(runErrors).map(([code, { status }]) => [code, status])),
}

export function registerRunResources(app: App, deps: RunResourcesDeps): void {
  const shared = { ...deps, view: deps }
  registerPipelines(app, shared)
  registerPipelineCreate(app, shared)
  registerPipelineJobs(app, shared)
  registerJobs(app, shared)
  registerJobTrace(app, deps)
  registerLogSearch(app, deps)
  registerArtifacts(app, shared)
  registerLint(app, deps)
  registerRunners(app, shared)
  registerSchedules(app, shared)
  registerTriggers(app, shared)
  registerMergeRequests(app, shared)
  registerCommitStatuses(app, shared)
  registerCommitStatusCreate(app, shared)
  registerEnvironments(app, shared)
  registerProtectedEnvironments(app, deps)
  registerDeployments(app, shared)
  registerResourceGroups(app, shared)
  registerById(app, shared)
}
