// The options that `up` and `server` share, and what they print and do at start and end.
import type { Command } from 'commander'
import type { RootCredentials } from '../access/first-start.ts'
import { keepRootCredentials } from './compose/data-folder.ts'

export function addServerOptions(command: Command): Command {
  return command
    .option('--data <folder>', 'data folder (default: $XDG_DATA_HOME/slipway)')
    .option(
      '--listen <host:port>',
      'address to listen on; may be given several times (default: 127.0.0.1:8080)',
      collect,
    )
    .option('--url <url>', 'address as browsers and git see it (default: http://<first listen>)')
    .option('--registry-url <url>', 'address of the registry as docker sees it (default: --url)')
    .option('--redis <url>', 'a Redis of your own: redis://HOST:PORT or unix:///PATH')
    .option('--database <file>', 'SQLite file (default: slipway.db in the data folder)')
    .option('--inner-webhooks', "webhooks may go to addresses of the server's own network")
    .option('--upstreams <file>', 'registries whose images are kept here: see docs/registry.md')
    .option('--tls-cert <file>', 'certificate (PEM); read anew on SIGHUP')
    .option('--tls-key <file>', 'its key (PEM)')
    .option('--tls-ca <file>', 'who signed it, when no public authority did (PEM): told to runners and jobs')
    .option(
      '--trust-proxy <who>',
      'reverse proxies whose X-Forwarded-For, -Proto and -Host are believed: addresses and networks, or their number (default: none)',
    )
    .addHelpText('after', '\nEach option is also an environment variable: SLIPWAY_DATA, SLIPWAY_LISTEN, SLIPWAY_URL, …')
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value]
}

/** What an operator needs to know at the first start; secrets are printed once. */
export async function tellRoot(dataFolder: string, root: RootCredentials | null): Promise<void> {
  if (root === null) return
  const file = await keepRootCredentials(dataFolder, root)
  if (file === null) return
  const lines = [
    'First start: the administrator has been made.',
    `  user name  ${root.username}`,
    ...(root.password === null ? [] : [`  password   ${root.password}`]),
    ...(root.token === null ? [] : [`  token      ${root.token}`]),
    `  (also in ${file})`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

/**
 * Resolves at the first SIGTERM or SIGINT. A second one ends the process at once. Listen from the beginning: a process
 * that is ended by a signal stops nothing of what it has started.
 */
export function untilAskedToEnd(): Promise<NodeJS.Signals> {
  return new Promise(resolve => {
    const end = (signal: NodeJS.Signals): void => {
      resolve(signal)
      for (const each of ['SIGTERM', 'SIGINT'] as const) process.once(each, () => process.exit(130))
    }
    for (const each of ['SIGTERM', 'SIGINT'] as const) process.once(each, end)
  })
}
