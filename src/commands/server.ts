// `slipway server`: the server alone, beside a Redis of its operator.
import type { Command } from 'commander'
import { readServerConfig, type ServerOptions } from '../config.ts'
import { AppError } from '../kit/errors.ts'
import { createLog } from '../kit/log.ts'
import { defaultPrefix } from '../redis/keys.ts'
import { holdFolder } from '../store/folder-hold.ts'
import { prepareDataFolder } from './compose/data-folder.ts'
import { startServer } from './compose/server.ts'
import { addServerOptions, tellRoot, untilAskedToEnd } from './server-options.ts'

export function register(program: Command): void {
  addServerOptions(
    program.command('server').summary('start the server').description('Start the server: web, API, git, registry.'),
  )
    .option(
      '--only <part>',
      'registry: that alone; web: all but it. For two processes beside each other on one data folder',
    )
    .action(serve)
}

async function serve(options: ServerOptions): Promise<void> {
  const config = readServerConfig(options, process.env)
  if (config.redisUrl === undefined)
    throw new AppError('usage', '--redis: expected the address of a Redis (`slipway up` starts one by itself)')
  const log = createLog({ level: 'info' })
  const ended = untilAskedToEnd()
  await prepareDataFolder(config.dataFolder)
  const hold = holdFolder(config.dataFolder, config.only === undefined ? ['web', 'registry'] : [config.only])
  const server = await startServer(config, { url: config.redisUrl, prefix: defaultPrefix }, log)
  await tellRoot(config.dataFolder, server.root)
  process.stdout.write(`Slipway is ready at ${config.url}\n`)
  process.on('SIGHUP', () =>
    server.reloadCertificate().catch(error => log.error({ err: error }, 'the certificate could not be read')),
  )
  await ended
  await server.close()
  hold.release()
}
