// Puts a runner together from its configuration: everything but where its wake-ups come from.
import { join } from 'node:path'
import { createDockerExecutor } from '../executor/docker/docker-executor.ts'
import { connectEngine } from '../executor/docker/engine.ts'
import type { Unused } from '../executor/port.ts'
import { createKeyedLock } from '../kit/keyed-lock.ts'
import { createOwner } from '../kit/owner.ts'
import { systemClock } from './clock.ts'
import type { RunnerConfig } from './config.ts'
import { createRunnerGit } from './git-command.ts'
import { createGitCopies } from './git-copies.ts'
import { createGitMirrors } from './git-mirror.ts'
import type { JobWorld } from './job-context.ts'
import type { ServerClient } from './ports.ts'

export type AssemblyOptions = {
  readonly config: RunnerConfig
  readonly server: ServerClient
  /** Marks what this runner makes in the engine (identity.ts). */
  readonly runnerId: string
  readonly version: string
  readonly architecture: string
  readonly onProblem: (message: string, error: unknown) => void
}

/** `unused`: what this runner keeps and could bring again. */
export type AssembledWorld = JobWorld & { readonly unused: () => Promise<readonly Unused[]> }

export function assembleWorld({
  config,
  server,
  runnerId,
  version,
  architecture,
  onProblem,
}: AssemblyOptions): AssembledWorld {
  const engine = connectEngine(config.dockerHost)
  const executor = createDockerExecutor({ engine, runnerId, settings: config.docker, onProblem })
  const git = createRunnerGit()
  const mirrors = createGitMirrors({ root: join(config.dataFolder, 'mirrors'), lock: createKeyedLock(), git: git.run })
  const copies = createGitCopies({ root: join(config.dataFolder, 'fetched'), lock: createKeyedLock() })
  return {
    executor,
    server,
    git: git.run,
    mirrors,
    copies,
    unused: async () => [...(await mirrors.unused()), ...(await copies.unused()), ...(await executor.unused())],
    clock: systemClock,
    owner: createOwner((name, error) => onProblem(`${name} failed`, error)),
    settings: {
      serverUrl: config.server,
      egress: config.docker.egress,
      authority: config.authority,
      runnerName: config.name,
      version,
      architecture,
      buildsDirectory: '/builds',
      defaultImage: config.image,
      pullPolicies: config.pullPolicies,
      credentials: config.credentials,
      cap: config.log,
      graceMs: config.stopGraceMs,
      maxTimeoutSeconds: config.maxTimeoutSeconds,
    },
    onProblem,
    close: async () => void (await Promise.all([executor.close(), git.close()])),
  }
}
