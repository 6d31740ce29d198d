// The variables of a job as its script sees them: the server's, those that only the runner knows, references expanded.
// Pure.
import { posix } from 'node:path'
import { expandInRunner } from '../pipeline/variables/runner-expand.ts'
import type { JobPayload, JobVariable } from '../run/protocol.ts'

export type RunnerFacts = {
  readonly buildsDirectory: string
  readonly version: string
  readonly architecture: string
  readonly concurrentId: number
  readonly concurrentProjectId: number
  readonly startedAt: string
  readonly jobImage: string
  /** PEM of who signed the server's certificate, when no public authority did. */
  readonly serverAuthority: string | null
}

export function jobVariables(payload: JobPayload, facts: RunnerFacts): readonly JobVariable[] {
  const known = [...runnerVariables(payload, facts), ...payload.variables]
  const places = (clonePath: string | null) => placeVariables(payload, facts, clonePath)
  const clonePath = expandVariables([...known, ...places(null)]).find(variable => variable.key === 'GIT_CLONE_PATH')
  return expandVariables([...known, ...places(clonePath?.value || null)])
}

/** The last of a name counts, at the place where the name came first. */
export function expandVariables(variables: readonly JobVariable[]): readonly JobVariable[] {
  const byKey = new Map(variables.map(variable => [variable.key, variable]))
  return [...byKey.values()].map(variable =>
    variable.raw || variable.file
      ? variable
      : { ...variable, value: expand(variable.value, byKey, new Set([variable.key])) },
  )
}

/** `$NAME` and `${NAME}`; an unknown name is empty, and so is one that leads back to itself. `$$` is a dollar. */
export function expandText(text: string, variables: readonly JobVariable[]): string {
  return expand(text, new Map(variables.map(variable => [variable.key, variable])), new Set())
}

/** `GIT_CLONE_PATH` where it is inside the builds' folder, else by the project's own path. */
function projectDirectory(payload: JobPayload, buildsDirectory: string, clonePath: string | null): string {
  const path = clonePath === null ? '' : posix.normalize(clonePath).replace(/\/+$/, '')
  return path.startsWith(`${buildsDirectory}/`) ? path : `${buildsDirectory}/${payload.job_info.project_full_path}`
}

function expand(text: string, byKey: ReadonlyMap<string, JobVariable>, path: ReadonlySet<string>): string {
  return expandInRunner(text, key => {
    const variable = byKey.get(key)
    if (variable === undefined || path.has(key)) return ''
    return variable.raw || variable.file ? variable.value : expand(variable.value, byKey, new Set([...path, key]))
  })
}

/** Under the server's: it may know better. */
function runnerVariables(payload: JobPayload, facts: RunnerFacts): JobVariable[] {
  const { serverAuthority } = facts
  const known = Object.entries({
    CI_SERVER: 'yes',
    CI_DISPOSABLE_ENVIRONMENT: 'true',
    CI_RUNNER_VERSION: facts.version,
    CI_RUNNER_EXECUTABLE_ARCH: facts.architecture,
    CI_CONCURRENT_ID: String(facts.concurrentId),
    CI_CONCURRENT_PROJECT_ID: String(facts.concurrentProjectId),
    CI_JOB_STARTED_AT: facts.startedAt,
    CI_JOB_TIMEOUT: String(payload.runner_info.timeout),
    CI_JOB_IMAGE: facts.jobImage,
    CI_JOB_STATUS: 'running',
  }).map(plain)
  if (serverAuthority === null) return known
  return [...known, { ...plain(['CI_SERVER_TLS_CA_FILE', serverAuthority]), file: true }]
}

/** Over the server's: only the runner knows where it put things. */
function placeVariables(
  payload: JobPayload,
  { buildsDirectory }: RunnerFacts,
  clonePath: string | null,
): JobVariable[] {
  return Object.entries({
    CI_BUILDS_DIR: buildsDirectory,
    CI_PROJECT_DIR: projectDirectory(payload, buildsDirectory, clonePath),
  }).map(plain)
}

function plain([key, value]: [string, string]): JobVariable {
  return { key, value, public: true, file: false, masked: false, raw: true }
}
