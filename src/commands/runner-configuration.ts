// A runner's configuration: its file, and what command line and environment say over it.
import { homedir, hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type RunnerConfig, readRunnerConfig } from '../runner/config.ts'
import type { RunnerConfigInput } from '../runner/config-input.ts'

export type RunnerOptions = {
  readonly config: string
  readonly server?: string
  readonly caFile?: string
  readonly tokenFile?: string
  readonly data?: string
  readonly concurrency?: string
  readonly once?: boolean
  readonly maxJobs?: string
  readonly idleTimeout?: string
  readonly withParent?: boolean
}

export const packagedConfig = join(import.meta.dirname, '../../runner.config.ts')

export async function loadConfig(options: RunnerOptions): Promise<RunnerConfig> {
  const file = resolve(options.config)
  // With a name of its own each time, or a changed file would not be read again.
  const { default: input } = (await import(`${pathToFileURL(file).href}?at=${Date.now()}`)) as {
    default: RunnerConfigInput
  }
  const { env } = process
  const dataHome = env.XDG_DATA_HOME || join(homedir(), '.local/share')
  const server = options.server ?? env.SLIPWAY_URL
  const data = options.data ?? env.SLIPWAY_RUNNER_DATA
  const caFile = options.caFile ?? env.SLIPWAY_CA_FILE
  return readRunnerConfig(input, {
    ...(server ? { server } : {}),
    ...(caFile ? { caFile } : {}),
    ...(options.tokenFile === undefined ? {} : { tokenFile: options.tokenFile }),
    ...(env.SLIPWAY_RUNNER_TOKEN ? { token: env.SLIPWAY_RUNNER_TOKEN } : {}),
    ...(data ? { dataFolder: resolve(data) } : {}),
    ...(env.DOCKER_HOST ? { dockerHost: env.DOCKER_HOST } : {}),
    ...(options.concurrency === undefined ? {} : { concurrency: Number(options.concurrency) }),
    hostName: hostname(),
    defaultDataFolder: join(dataHome, 'slipway-runner'),
  })
}
