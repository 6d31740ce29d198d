// `runner.config.ts`: every key with its default, checked wholly before anything starts. All mistakes are told together.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { DockerSettings } from '../executor/docker/settings.ts'
import type { PullPolicy, RegistryCredential } from '../executor/port.ts'
import { AppError, messageOf } from '../kit/errors.ts'
import { readAuthority } from '../kit/trust.ts'
import { readDocker } from './config-docker.ts'
import type { RunnerConfigInput } from './config-input.ts'
import { type Mistakes, readSection, type Section } from './config-reader.ts'
import type { SlotShare } from './slots.ts'

/** Prints as `[secret]`, wherever it is printed. */
export type Secret = { readonly reveal: () => string; readonly toString: () => string; readonly toJSON: () => string }

export type RunnerConfig = {
  readonly server: string
  /** PEM. Null: only public authorities are believed. */
  readonly authority: { readonly file: string; readonly pem: string } | null
  readonly token: Secret
  readonly name: string
  readonly dataFolder: string
  readonly concurrency: number
  readonly slot: SlotShare
  readonly maxTimeoutSeconds: number
  readonly log: { readonly headBytes: number; readonly tailBytes: number }
  readonly stopGraceMs: number
  readonly drainTimeoutMs: number
  readonly metrics: { readonly host: string; readonly port: number } | null
  readonly dockerHost: string | null
  readonly image: string
  /** What every job may pull with, after its own. */
  readonly credentials: readonly RegistryCredential[]
  readonly pullPolicies: readonly PullPolicy[]
  readonly docker: DockerSettings
}

/** For `runner.config.ts`: gives the keys their types. */
export function defineRunner(input: RunnerConfigInput): RunnerConfigInput {
  return input
}

/** What is not in the file: command line and environment, which go before it. */
export type RunnerSurroundings = {
  readonly server?: string
  readonly caFile?: string
  readonly token?: string
  readonly tokenFile?: string
  readonly dataFolder?: string
  readonly dockerHost?: string
  readonly concurrency?: number
  readonly hostName: string
  readonly defaultDataFolder: string
}

export function readRunnerConfig(input: RunnerConfigInput, around: RunnerSurroundings): RunnerConfig {
  const mistakes: Mistakes = []
  const root = readSection(input, '', mistakes)
  const log = root.section('log')
  const slot = root.section('slot')
  // Every key is read, also one that the command line overrides: it is no unknown one.
  const fromFile = {
    server: root.url('server', null),
    dataFolder: root.text('dataFolder', around.defaultDataFolder),
    concurrency: root.count('concurrency', 4, 1),
  }
  const server = around.server ?? fromFile.server
  if (server === null)
    mistakes.push("server: expected the server's address (or --server, or SLIPWAY_URL), found nothing")
  else if (!/^https?:\/\//.test(server) || !URL.canParse(server))
    mistakes.push(`server: expected an http:// or https:// address, found '${server}'`)
  const config: RunnerConfig = {
    server: server ?? '',
    authority: readAuthorityFile(root, around, mistakes),
    token: readToken(root, around, mistakes),
    name: root.text('name', around.hostName),
    dataFolder: around.dataFolder ?? fromFile.dataFolder,
    concurrency: around.concurrency ?? fromFile.concurrency,
    slot: { cpus: slot.optionalNumber('cpus'), memoryBytes: slot.size('memory', null) },
    maxTimeoutSeconds: root.count('maxTimeout', 7 * 24 * 3600, 1),
    log: { headBytes: log.size('head', 48 * 1024 ** 2) ?? 0, tailBytes: log.size('tail', 16 * 1024 ** 2) ?? 0 },
    stopGraceMs: root.count('stopGrace', 10, 0) * 1000,
    drainTimeoutMs: root.count('drainTimeout', 3600, 0) * 1000,
    metrics: readMetrics(root, mistakes),
    ...readDocker(root.section('docker'), around, mistakes),
  }
  root.texts('tags', [])
  log.end()
  slot.end()
  root.end()
  if (mistakes.length > 0)
    throw new AppError(
      'usage',
      `the runner's configuration has mistakes:\n${mistakes.map(each => `  ${each}`).join('\n')}`,
    )
  return Object.freeze(config)
}

function readAuthorityFile(root: Section, around: RunnerSurroundings, mistakes: Mistakes): RunnerConfig['authority'] {
  const fromFile = root.optionalText('caFile')
  const file = around.caFile ?? fromFile
  if (file === null) return null
  try {
    return { file: resolve(file), pem: readAuthority(file) }
  } catch (error) {
    mistakes.push(`caFile: ${messageOf(error)}`)
    return null
  }
}

function readToken(root: Section, around: RunnerSurroundings, mistakes: Mistakes): Secret {
  const inFile = root.optionalText('tokenFile')
  const file = around.tokenFile ?? inFile
  if (around.token !== undefined) return secret(around.token)
  if (file === null) {
    mistakes.push(
      'tokenFile: expected a file with the runner token (or --token-file, or SLIPWAY_RUNNER_TOKEN), found nothing',
    )
    return secret('')
  }
  try {
    return secret(readFileSync(file, 'utf8').trim())
  } catch (error) {
    mistakes.push(`tokenFile: cannot be read: ${messageOf(error)}`)
    return secret('')
  }
}

function readMetrics(root: Section, mistakes: Mistakes): RunnerConfig['metrics'] {
  const text = root.optionalText('metrics')
  if (text === null) return null
  const match = /^(.+):(\d+)$/.exec(text)
  if (match === null) mistakes.push(`metrics: expected HOST:PORT, found '${text}'`)
  return match === null ? null : { host: match[1] ?? '', port: Number(match[2]) }
}

function secret(value: string): Secret {
  return { reveal: () => value, toString: () => '[secret]', toJSON: () => '[secret]' }
}
