// Starts one service of a room and waits until it can serve. A service that does not become ready, or dies, is told in the
// job's log with its last lines; the job goes on, as on GitLab.
import { setTimeout as sleep } from 'node:timers/promises'
import type Docker from 'dockerode'
import type { ContainerCreateOptions } from 'dockerode'
import { createDemultiplexer } from './demultiplex.ts'
import type { ReadyImage } from './images.ts'
import { acceptsConnection, answersPing, type DockerAddress } from './probe.ts'
import { startTwiceAtMost } from './start-container.ts'

export type RunningService = {
  readonly containerId: string
  readonly image: string
  /** Address on the room's network; empty when the container has ended already. */
  readonly address: string
}

export type Readiness =
  | { readonly kind: 'docker'; readonly address: DockerAddress }
  | { readonly kind: 'health_check' }
  | { readonly kind: 'ports'; readonly ports: readonly number[] }

export async function startService(
  docker: Docker,
  options: ContainerCreateOptions,
  world: {
    readonly image: string
    readonly networkName: string
    readonly beforeStart?: (container: Docker.Container) => Promise<void>
  },
): Promise<RunningService> {
  const container = await docker.createContainer(options)
  await world.beforeStart?.(container)
  await startTwiceAtMost(() => container.start())
  const { NetworkSettings } = await container.inspect()
  const address = NetworkSettings.Networks[world.networkName]?.IPAddress ?? ''
  return { containerId: container.id, image: world.image, address }
}

export function readinessOf(image: ReadyImage): Readiness {
  return image.hasHealthCheck ? { kind: 'health_check' } : { kind: 'ports', ports: image.exposedPorts.slice(0, 20) }
}

/** Null: ready. Else the sentence that says what was waited for in vain. */
export async function waitUntilReady(
  docker: Docker,
  service: RunningService,
  readiness: Readiness,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<string | null> {
  const deadline = performance.now() + timeoutMs
  for (let pauseMs = 10; ; pauseMs = Math.min(pauseMs * 1.3, 250)) {
    signal.throwIfAborted()
    if (await isReady(docker, service, readiness)) return null
    const { State } = await docker.getContainer(service.containerId).inspect()
    if (!State.Running) return `ended with exit code ${State.ExitCode}${State.OOMKilled ? ' (out of memory)' : ''}`
    if (performance.now() > deadline) return `was not ready after ${timeoutMs / 1000} s (${describe(readiness)})`
    await sleep(pauseMs, undefined, { signal })
  }
}

export async function lastLines(docker: Docker, containerId: string, count: number): Promise<string> {
  try {
    const answer = await docker.getContainer(containerId).logs({ stdout: true, stderr: true, tail: count })
    return Buffer.concat(createDemultiplexer()(answer)).toString().slice(-16_384)
  } catch {
    return '' // the container is gone, and its log with it
  }
}

async function isReady(docker: Docker, service: RunningService, readiness: Readiness): Promise<boolean> {
  switch (readiness.kind) {
    case 'docker':
      return answersPing(readiness.address, 2000)
    case 'health_check': {
      const { State } = await docker.getContainer(service.containerId).inspect()
      return State.Health?.Status === 'healthy'
    }
    case 'ports': {
      const answers = await Promise.all(readiness.ports.map(port => acceptsConnection(service.address, port, 1000)))
      return answers.every(Boolean)
    }
  }
}

function describe(readiness: Readiness): string {
  switch (readiness.kind) {
    case 'docker':
      return 'its Docker API did not answer'
    case 'health_check':
      return 'its HEALTHCHECK did not pass'
    case 'ports':
      return `no connection to port ${readiness.ports.join(', ')}`
  }
}
