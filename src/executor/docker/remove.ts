// Takes away all objects that bear a label, whatever state they are in: containers first, with their anonymous volumes,
// then networks and volumes. May be called twice, and at the same time.
import type Docker from 'dockerode'
import { statusOf } from './engine.ts'

export type LabelFilter = { readonly label: string[] }

export async function removeLabelled(docker: Docker, filters: LabelFilter): Promise<void> {
  const containers = await docker.listContainers({ all: true, filters })
  await Promise.all(containers.map(({ Id }) => removeContainer(docker, Id)))
  const [networks, volumes] = await Promise.all([docker.listNetworks({ filters }), docker.listVolumes({ filters })])
  await Promise.all([
    ...networks.map(({ Id }) => gone(docker.getNetwork(Id).remove())),
    ...(volumes.Volumes ?? []).map(({ Name }) => removeVolume(docker, Name)),
  ])
}

/** False: somebody else is removing it just now. */
export async function removeContainer(docker: Docker, id: string): Promise<boolean> {
  return gone(docker.getContainer(id).remove({ force: true, v: true }))
}

export async function removeVolume(docker: Docker, name: string): Promise<void> {
  await gone(docker.getVolume(name).remove())
}

/** Gone already, or being removed by somebody else right now (then false): both are what is wanted. */
async function gone(removal: Promise<unknown>): Promise<boolean> {
  try {
    await removal
    return true
  } catch (error) {
    const status = statusOf(error)
    const isUnderWay = status === 409 && /already in progress/.test(String(error))
    if (status !== 404 && !isUnderWay) throw error
    return !isUnderWay
  }
}
