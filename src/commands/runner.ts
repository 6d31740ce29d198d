// `slipway runner`: the daemon of a host. First SIGTERM, SIGINT or SIGQUIT: no more jobs, those that run may end until the
// deadline, then they are left for the next process. The second one cancels them.
import { homedir, hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Command, Option } from 'commander'
import { messageOf } from '../kit/errors.ts'
import { createLog, type Log } from '../kit/log.ts'
import { trustAuthority } from '../kit/trust.ts'
import { assembleWorld } from '../runner/assemble.ts'
import { systemClock } from '../runner/clock.ts'
import { type RunnerConfig, type RunnerConfigInput, readRunnerConfig } from '../runner/config.ts'
import { type Daemon, startDaemon } from '../runner/daemon.ts'
import { readIdentity } from '../runner/identity.ts'
import { createRunnerMetrics, serveMetrics } from '../runner/metrics.ts'
import type { RunnerDescription, ServerClient } from '../runner/ports.ts'
import { untilAnswered } from '../runner/retry.ts'
import { createServerClient } from '../runner/server-client.ts'
import { addRegistration } from './runner-registration.ts'
import { openWakeUps } from './runner-wake-ups.ts'

type Options = {
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

const version = '0.1.0'
const packagedConfig = join(import.meta.dirname, '../../runner.config.ts')

export function register(program: Command): void {
  const command = program
    .command('runner')
    .enablePositionalOptions() // `register` has a `--token-file` of its own
    .description('run jobs of a server in Docker, until told to end')
    .option('--config <file>', 'runner.config.ts', packagedConfig)
    .option('--server <url>', 'address of the server (SLIPWAY_URL)')
    .option('--ca-file <file>', 'who signed its certificate, when no public authority did (SLIPWAY_CA_FILE)')
    .option('--token-file <file>', 'file with the runner token (or SLIPWAY_RUNNER_TOKEN)')
    .option('--data <folder>', 'where spools and mirrors are kept')
    .option('--concurrency <number>', 'jobs at the same time')
    .option('--once', 'take one job and end')
    .option('--max-jobs <number>', 'end after so many jobs')
    .option('--idle-timeout <seconds>', 'end after so long without a job')
    .addOption(new Option('--with-parent', 'leave the jobs to a successor when standard input closes').hideHelp())
    .action(startRunner)
  addRegistration(command)
}

async function startRunner(options: Options): Promise<void> {
  const log = createLog({ level: 'info' })
  let config: RunnerConfig | null = await loadConfig(options)
  while (config !== null) config = await runWith(config, options, log)
  process.stdin.destroy()
}

/** Resolves at the runner's end; with a configuration when it is to go on with that one. */
async function runWith(config: RunnerConfig, options: Options, log: Log): Promise<RunnerConfig | null> {
  if (config.authority !== null) trustAuthority(config.authority.pem)
  const server = createServerClient({
    url: config.server,
    runnerToken: config.token.reveal,
    version,
    answerMs: 30_000,
  })
  const starting = new AbortController()
  const stopStarting = onSignals(['SIGTERM', 'SIGINT', 'SIGQUIT'], () =>
    starting.abort(new Error('stopped before it started')),
  )
  const description = await untilDescribed(server, log, starting.signal)
  const onProblem = (message: string, error: unknown) => log.error({ err: messageOf(error) }, message)
  const architecture = `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`
  const world = assembleWorld({
    config,
    server,
    runnerId: await readIdentity(config.dataFolder),
    version,
    architecture,
    onProblem,
  })
  const facts = await world.executor.check(starting.signal)
  warnOfPrivilege(config, log)
  stopStarting()
  return serve({
    options,
    config,
    log,
    server,
    description,
    world,
    onProblem,
    engine: facts.version,
    engineFolder: facts.rootDirectory,
  })
}

/** Waits for the server, and says so: it may be away, or be known by another address or authority. */
function untilDescribed(server: ServerClient, log: Log, signal: AbortSignal): Promise<RunnerDescription> {
  let told = ''
  const ask = () =>
    server.describe(signal).catch((error: unknown) => {
      const reason = messageOf(error)
      if (reason !== told) log.warn(`waits for the server: ${reason}`)
      told = reason
      throw error
    })
  return untilAnswered(ask, systemClock, signal)
}

type Served = {
  readonly options: Options
  readonly config: RunnerConfig
  readonly log: Log
  readonly server: ServerClient
  readonly description: RunnerDescription
  readonly world: ReturnType<typeof assembleWorld>
  readonly onProblem: (message: string, error: unknown) => void
  readonly engine: string
  readonly engineFolder: string
}

async function serve(served: Served): Promise<RunnerConfig | null> {
  const { options, config, log, server, description, world, onProblem, engine } = served
  const metrics = createRunnerMetrics(config.concurrency)
  const metricsServer = config.metrics === null ? null : await serveMetrics(metrics, config.metrics)
  const wakeUps = await openWakeUps(description, server, onProblem)
  const startedAt = new Map<number, number>()
  const daemon = await startDaemon({
    world,
    ...wakeUps,
    jobsDirectory: join(config.dataFolder, 'jobs'),
    concurrency: config.concurrency,
    diskFolders: [config.dataFolder, served.engineFolder],
    heartbeatMs: 2_000,
    sweepMs: 60_000,
    maxJobs: options.once ? 1 : options.maxJobs === undefined ? null : Number(options.maxJobs),
    idleTimeoutMs: options.idleTimeout === undefined ? null : Number(options.idleTimeout) * 1000,
    events: {
      onJobStart: ({ key }) => {
        startedAt.set(key.jobId, performance.now())
        metrics.jobStarted()
        log.info({ job: key.jobId, lease: key.lease }, 'job started')
      },
      onJobEnd: ({ key, ended }) => {
        const seconds = (performance.now() - (startedAt.get(key.jobId) ?? 0)) / 1000
        startedAt.delete(key.jobId)
        void ended.then(outcome => {
          metrics.jobEnded({ status: outcome?.status ?? 'left', seconds })
          log.info({ job: key.jobId, outcome: outcome ?? 'left', seconds }, 'job ended')
        })
      },
      onBeat: metrics.heard,
      onProblem,
    },
  })
  log.info({ runner: description.id, server: config.server, slots: config.concurrency, engine }, 'runner is ready')
  endOnSignals(daemon, config, log)
  if (options.withParent === true) endWithParent(daemon)
  const reload = reloadOnSignal(daemon, options, log)
  await daemon.ended
  await metricsServer?.close()
  return reload.config()
}

/** SIGHUP: with a new configuration without mistakes the jobs are handed over to it, as to another process. */
function reloadOnSignal(daemon: Daemon, options: Options, log: Log): { readonly config: () => RunnerConfig | null } {
  let next: RunnerConfig | null = null
  const stop = onSignals(['SIGHUP'], async () => {
    try {
      next = await loadConfig(options)
      log.info('goes on with the new configuration')
      daemon.drain()
      daemon.stopJobs('hand_over')
    } catch (error) {
      log.error({ err: messageOf(error) }, 'the new configuration is not used')
    }
  })
  void daemon.ended.then(stop)
  return { config: () => next }
}

function endOnSignals(daemon: Daemon, config: RunnerConfig, log: Log): void {
  let count = 0
  let deadline: NodeJS.Timeout | undefined
  const end = (signal: NodeJS.Signals) => {
    count += 1
    daemon.drain()
    if (count === 1) {
      log.info({ signal, running: daemon.jobs().length, drainTimeoutMs: config.drainTimeoutMs }, 'takes no more jobs')
      deadline = setTimeout(() => daemon.stopJobs('hand_over'), config.drainTimeoutMs)
    } else {
      log.info({ signal, running: daemon.jobs().length }, 'cancels its jobs')
      daemon.stopJobs('cancel')
    }
  }
  const stop = onSignals(['SIGTERM', 'SIGINT', 'SIGQUIT'], end)
  void daemon.ended.then(() => {
    clearTimeout(deadline)
    stop()
  })
}

/** Whoever started this holds the other end of standard input: when it closes, they are gone, however they ended. */
function endWithParent(daemon: Daemon): void {
  const leave = () => {
    daemon.drain()
    daemon.stopJobs('hand_over')
  }
  process.stdin.once('close', leave)
  process.stdin.resume()
  void daemon.ended.then(() => process.stdin.off('close', leave))
}

function onSignals(signals: readonly NodeJS.Signals[], act: (signal: NodeJS.Signals) => unknown): () => void {
  for (const signal of signals) process.on(signal, act)
  return () => {
    for (const signal of signals) process.off(signal, act)
  }
}

async function loadConfig(options: Options): Promise<RunnerConfig> {
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

/** The honest limit: said at every start, because nothing in this program can change it. */
function warnOfPrivilege({ docker }: RunnerConfig, log: Log): void {
  const { services, refs } = docker.policy.privileged
  if (services.length === 0) return
  log.warn({ services, refs }, 'privileged services are root on this host: whoever may push to a project may become it')
}
