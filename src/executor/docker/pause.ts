// A container that holds a network open, so that a job's container can join it in a third of the time that its own takes.
import type Docker from 'dockerode'
import { labelsOf, objectName, type RoomLabels } from './labels.ts'
import { type Loopback, openLoopback } from './own-loopback.ts'
import { ensurePauseImage } from './pause-image.ts'
import { startTwiceAtMost } from './start-container.ts'

export type PauseOrder = {
  readonly labels: RoomLabels
  readonly networkName: string
  readonly extraHosts: readonly string[]
  readonly dns: readonly string[]
  readonly loopback: Loopback | null
}

export async function startPause(
  docker: Docker,
  { labels, networkName, extraHosts, dns, loopback }: PauseOrder,
): Promise<string> {
  const image = await ensurePauseImage(docker, process.arch === 'arm64' ? 'arm64' : 'x64')
  const container = await docker.createContainer({
    name: objectName(labels, 'pause'),
    Image: image,
    Labels: labelsOf(labels, 'pause'),
    HostConfig: {
      NetworkMode: networkName,
      ExtraHosts: [...extraHosts],
      Dns: [...dns],
      // Room for the runtime that becomes the pause: it starts threads as it needs them, and dies where it may not.
      PidsLimit: 64,
      Memory: 32 * 1024 * 1024,
      CapDrop: ['ALL'],
      LogConfig: { Type: 'none', Config: {} },
    },
    NetworkingConfig: { EndpointsConfig: { [networkName]: { Aliases: ['build'] } } },
  })
  await startTwiceAtMost(() => container.start())
  await openLoopback(container, loopback)
  return container.id
}
