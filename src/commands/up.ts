// `slipway up`: everything on one machine. A private Redis, the server in this process, and a runner beside it.
import { join } from 'node:path'
import type { Command } from 'commander'
import { readServerConfig, type ServerConfig, type ServerOptions } from '../config.ts'
import { AppError } from '../kit/errors.ts'
import { createLog, type Log } from '../kit/log.ts'
import { createStops } from '../kit/stops.ts'
import { defaultPrefix } from '../redis/keys.ts'
import { holdFolder } from '../store/folder-hold.ts'
import { prepareDataFolder } from './compose/data-folder.ts'
import { type RunningServer, startServer } from './compose/server.ts'
import { startLocalRunner } from './local-runner.ts'
import { localUrl } from './local-url.ts'
import { startPrivateRedis } from './private-redis.ts'
import { addServerOptions, tellRoot, untilAskedToEnd } from './server-options.ts'

export function register(program: Command): void {
  addServerOptions(
    program
      .command('up')
      .summary('start everything on this machine: Redis, server, runner')
      .description(
        'Start everything on this machine: a private Redis, the server, and a runner that uses the local Docker engine.',
      ),
  )
    .option('--no-runner', 'start no runner')
    .action(up)
}

export type Running = { readonly server: RunningServer; readonly stop: () => Promise<void> }

const runnerEndsWithinMs = 5_000

async function up(options: ServerOptions): Promise<void> {
  const config = readServerConfig(options, process.env)
  if (config.only !== undefined) throw new AppError('usage', '--only is for `slipway server`: `up` starts everything')
  const log = createLog({ level: 'info' })
  const ended = untilAskedToEnd()
  const running = await startAll(config, log)
  await tellRoot(config.dataFolder, running.server.root)
  process.stdout.write(`Slipway is ready at ${config.url}\n`)
  process.on('SIGHUP', () =>
    running.server.reloadCertificate().catch(error => log.error({ err: error }, 'the certificate could not be read')),
  )
  await ended
  await running.stop()
}

/** Started in order, and stopped in the opposite one; what has been started is stopped when a later part fails. */
export async function startAll(
  config: ServerConfig,
  log: Log,
  runnerOutput: 'inherit' | 'ignore' = 'inherit',
): Promise<Running> {
  const stops = createStops()
  try {
    await prepareDataFolder(config.dataFolder)
    const hold = holdFolder(config.dataFolder, ['web', 'registry'])
    stops.push(async () => hold.release())
    const redis = config.redisUrl === undefined ? await startPrivateRedis(join(config.dataFolder, 'redis')) : null
    if (redis !== null) stops.push(redis.stop)
    const place = { url: redis?.url ?? config.redisUrl ?? '', prefix: defaultPrefix }
    const server = await startServer(config, place, log)
    stops.push(server.close)
    if (config.runner) {
      const runner = await startLocalRunner({
        dataFolder: config.dataFolder,
        serverUrl: localUrl(config, server.addresses, server.certificate()),
        caFile: server.certificate().authority?.file ?? null,
        runners: server.runners,
        log,
        output: runnerOutput,
      })
      stops.push(() => runner.stop(runnerEndsWithinMs))
    }
    return { server, stop: stops.stop }
  } catch (error) {
    await stops.stop()
    throw error
  }
}
