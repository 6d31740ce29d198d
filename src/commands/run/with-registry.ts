// The registry of a run, where one is needed and can be had. It is loaded only then.
import { readFile } from 'node:fs/promises'
import { connectEngine } from '../../executor/docker/engine.ts'
import { removeImagesOf } from '../../executor/docker/remove-images.ts'
import { messageOf } from '../../kit/errors.ts'
import { mayListenOn80, needsRegistry } from './docker-need.ts'
import type { LocalRegistry } from './local-registry.ts'
import type { OpenedRun } from './open-run.ts'
import type { RunOrder } from './run-working-copy.ts'

/** Null: the run has none. */
export async function registryHostFor({ input, choice, wishes, say }: RunOrder): Promise<string | null> {
  const host = input.context.server.registryHost
  if (!wishes.hasRegistry || host === null || !needsRegistry(choice.jobs, host)) return null
  if (mayListenOn80({ userId: process.getuid?.() ?? null, firstFreePort: await firstFreePort() })) return host
  say(`${host} is not there for jobs: a registry at port 80 needs root, or net.ipv4.ip_unprivileged_port_start=80`)
  return null
}

/** The registry is closed, and what the engine has pulled from it is gone, when this resolves or rejects. */
export async function withRegistry(
  { run, registryHost: host, pushedImages }: OpenedRun,
  { folder, order }: { readonly folder: string; readonly order: RunOrder },
  work: (registry: LocalRegistry | null) => Promise<void>,
): Promise<void> {
  if (host === null) return await work(null)
  const { openLocalRegistry } = await import('./local-registry.ts')
  const registry = await openLocalRegistry({
    folder,
    host,
    context: order.input.context,
    run,
    onPush: image => pushedImages.push(image),
    onProblem: (message, error) => order.say(`${message}: ${messageOf(error)}`),
  })
  try {
    await work(registry)
  } finally {
    await removeImagesOf(new URL(registry.url).host, connectEngine(order.environment.DOCKER_HOST || null)).catch(
      (error: unknown) => order.say(`images of the run are left in the engine: ${messageOf(error)}`),
    )
    await registry.close()
  }
}

/** Where there is no such file, nobody but root may have the lower ports. */
async function firstFreePort(): Promise<number> {
  const text = await readFile('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8').catch(() => '1024')
  return Number(text)
}
