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

/** Read anew (`again`): a file that has been changed since the start of this process. */
export async function loadConfig(options: RunnerOptions, { again = false } = {}): Promise<RunnerConfig> {
  const input = await readConfigFile(resolve(options.config), again)
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

async function readConfigFile(file: string, again: boolean): Promise<RunnerConfigInput> {
  try {
    // With a name of its own a changed file is read again. The name without is kept compiled between starts, and where
    // nothing is to be compiled, Node does not load its TypeScript compiler: 35 MiB.
    const name = `${pathToFileURL(file).href}${again ? `?at=${Date.now()}` : ''}`
    const module = (await import(name)) as { default?: RunnerConfigInput }
    if (module.default !== undefined) return module.default
  } catch (cause) {
    throw new AppError('usage', `the runner's configuration cannot be read: ${messageOf(cause)}`, { cause })
  }
  throw new AppError('usage', `${file}: expected a default export (export default defineRunner({ … })), found none`)
}
