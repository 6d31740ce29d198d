// A runner's configuration: its file, and what command line and environment say over it.
import { homedir, hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { AppError, messageOf } from '../kit/errors.ts'
import { type RunnerConfig, readRunnerConfig } from '../runner/config.ts'
import type { RunnerConfigInput } from '../runner/config-input.ts'

export type RunnerOptions = {
  readonly config: string
  readonly server?: string
  readonly caFile?: string
  readonly tokenFile?: string
  readonly data?: string
  readonly concurrency?: number
  readonly once?: boolean
  readonly maxJobs?: number
  readonly idleTimeout?: number
  readonly withParent?: boolean
}

export const packagedConfig = join(import.meta.dirname, '../../runner.config.ts')

export async function loadConfig(options: RunnerOptions): Promise<RunnerConfig> {
  const input = await readConfigFile(resolve(options.config))
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
    ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
    hostName: hostname(),
    defaultDataFolder: join(dataHome, 'slipway-runner'),
  })
}

async function readConfigFile(file: string): Promise<RunnerConfigInput> {
  try {
    // With a name of its own each time, or a changed file would not be read again.
    const module = (await import(`${pathToFileURL(file).href}?at=${Date.now()}`)) as { default?: RunnerConfigInput }
    if (module.default !== undefined) return module.default
  } catch (cause) {
    throw new AppError('usage', `the runner's configuration cannot be read: ${messageOf(cause)}`, { cause })
  }
  throw new AppError('usage', `${file}: expected a default export (export default defineRunner({ … })), found none`)
}
