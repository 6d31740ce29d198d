// `slipway runner`: the daemon of a host, from its configuration to its end.
import { join } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { knownHoles } from '../executor/docker/known-holes.ts'
import type { EngineFacts } from '../executor/port.ts'
import { AppError, messageOf } from '../kit/errors.ts'
import { createLog, type Log } from '../kit/log.ts'
import { trustAuthority } from '../kit/trust.ts'
import { assembleWorld } from '../runner/assemble.ts'
import { systemClock } from '../runner/clock.ts'
import type { RunnerConfig } from '../runner/config.ts'
import { startDaemon } from '../runner/daemon.ts'
import { readIdentity } from '../runner/identity.ts'
import { createRunnerMetrics, serveMetrics } from '../runner/metrics.ts'
import type { RunnerDescription, ServerClient } from '../runner/ports.ts'
import { untilAnswered } from '../runner/retry.ts'
import { createServerClient } from '../runner/server-client.ts'
import { countSlots } from '../runner/slots.ts'
import { loadConfig, packagedConfig, type RunnerOptions } from './runner-configuration.ts'
import { addRegistration } from './runner-registration.ts'
import { endOnSignals, endWithParent, onSignals, reloadOnSignal } from './runner-signals.ts'
import { openWakeUps } from './runner-wake-ups.ts'

const version = '0.1.0'

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
    .option('--concurrency <number>', 'jobs at the same time', wholeNumber)
    .option('--once', 'take one job and end')
    .option('--max-jobs <number>', 'end after so many jobs', wholeNumber)
    .option('--idle-timeout <seconds>', 'end after so long without a job', wholeNumber)
    .addOption(new Option('--with-parent', 'leave the jobs to a successor when standard input closes').hideHelp())
    .action(startRunner)
  addRegistration(command)
}

async function startRunner(options: RunnerOptions): Promise<void> {
  const log = createLog({ level: 'info' })
  let config: RunnerConfig | null = await loadConfig(options)
  try {
    while (config !== null) config = await runWith(config, options, log)
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'stopped')) throw error
    log.info(error.message)
  }
  // All jobs have ended or are left to a successor. Nothing that a library still holds open (standard input, a connection
  // that it was making while it was closed) may keep the process.
  process.exit()
}

/** Resolves at the runner's end; with a configuration when it is to go on with that one. */
async function runWith(config: RunnerConfig, options: RunnerOptions, log: Log): Promise<RunnerConfig | null> {
  if (config.authority !== null) trustAuthority(config.authority.pem)
  const server = createServerClient({
    url: config.server,
    runnerToken: config.token.reveal,
    version,
    answerMs: 30_000,
  })
  const starting = new AbortController()
  const stopStarting = onSignals(['SIGTERM', 'SIGINT', 'SIGQUIT'], () =>
    starting.abort(new AppError('stopped', 'stopped before it started')),
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
  heedKnownHoles(facts, config, log)
  stopStarting()
  return serve({
    options,
    config,
    log,
    server,
    description,
    world,
    onProblem,
    slots: countSlots(config, facts),
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
  readonly options: RunnerOptions
  readonly config: RunnerConfig
  readonly log: Log
  readonly server: ServerClient
  readonly description: RunnerDescription
  readonly world: ReturnType<typeof assembleWorld>
  readonly onProblem: (message: string, error: unknown) => void
  readonly slots: number
  readonly engine: string
  readonly engineFolder: string
}

async function serve(served: Served): Promise<RunnerConfig | null> {
  const { options, config, log, server, description, world, onProblem, engine, slots } = served
  const metrics = createRunnerMetrics(slots)
  const metricsServer = config.metrics === null ? null : await serveMetrics(metrics, config.metrics)
  const wakeUps = await openWakeUps(description, server, onProblem)
  const startedAt = new Map<number, number>()
  const daemon = await startDaemon({
    world,
    ...wakeUps,
    jobsDirectory: join(config.dataFolder, 'jobs'),
    concurrency: slots,
    diskFolders: [config.dataFolder, served.engineFolder],
    unused: world.unused,
    heartbeatMs: 2_000,
    sweepMs: 60_000,
    maxJobs: options.once ? 1 : (options.maxJobs ?? null),
    idleTimeoutMs: options.idleTimeout === undefined ? null : options.idleTimeout * 1000,
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
      onSweep: metrics.stuckRooms,
      onRelief: freed => log.info({ freed }, 'gave back what can be brought again: a disk is four fifths full'),
      onProblem,
    },
  })
  log.info({ runner: description.id, server: config.server, slots, engine }, 'runner is ready')
  endOnSignals(daemon, config, log)
  if (options.withParent === true) endWithParent(daemon)
  const reload = reloadOnSignal(daemon, () => loadConfig(options, { again: true }), log)
  await daemon.ended
  await metricsServer?.close()
  return reload.config()
}

/** The honest limit: said at every start, because nothing in this program can change it. */
function warnOfPrivilege({ docker }: RunnerConfig, log: Log): void {
  const { services, refs } = docker.policy.privileged
  if (services.length === 0) return
  log.warn({ services, refs }, 'privileged services are root on this host: whoever may push to a project may become it')
}

function heedKnownHoles(facts: EngineFacts, { docker }: RunnerConfig, log: Log): void {
  const holes = knownHoles(facts)
  for (const hole of holes) log.warn(hole)
  if (holes.length > 0 && docker.policy.knownHoles === 'refuse')
    throw new AppError('known_holes', `${holes.join('; ')} (docker.knownHoles is 'refuse')`)
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError(`Expected a whole number from 1 on, found '${text}'.`)
}
