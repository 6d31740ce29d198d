// Takes away all objects that bear a label, whatever state they are in: containers first, with their anonymous volumes,
// then networks and volumes. May be called twice, and at the same time. A process that the kernel does not let end (state D)
// keeps its container, and some engines never answer then: each removal has its time.
import { setTimeout as sleep } from 'node:timers/promises'
import type Docker from 'dockerode'
import { AppError } from '../../kit/errors.ts'
import { statusOf } from './engine.ts'

export type LabelFilter = { readonly label: string[] }

export async function removeLabelled(docker: Docker, filters: LabelFilter, withinMs: number): Promise<void> {
  const containers = await docker.listContainers({ all: true, filters })
  await Promise.all(containers.map(({ Id }) => removeContainer(docker, Id, withinMs)))
  const [networks, volumes] = await Promise.all([docker.listNetworks({ filters }), docker.listVolumes({ filters })])
  await Promise.all([
    ...networks.map(({ Id }) => gone(abortSignal => docker.getNetwork(Id).remove({ abortSignal }), withinMs)),
    ...(volumes.Volumes ?? []).map(({ Name }) => removeVolume(docker, Name, withinMs)),
  ])
}

/** False: somebody else is removing it just now. */
export async function removeContainer(docker: Docker, id: string, withinMs: number): Promise<boolean> {
  return gone(abortSignal => docker.getContainer(id).remove({ force: true, v: true, abortSignal }), withinMs)
}

export async function removeVolume(docker: Docker, name: string, withinMs: number): Promise<void> {
  await gone(abortSignal => docker.getVolume(name).remove({ abortSignal }), withinMs)
}

/** Removal fails for a moment now and then (a busy mount, an engine that restarts); what stays is the sweeper's. */
export async function untilGone(remove: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await remove()
    } catch (error) {
      if (tries === 5 || hasHung(error)) throw error
      await sleep(200 * tries)
    }
  }
}

/** To ask at once again would only take as long again. */
function hasHung(error: unknown): boolean {
  return error instanceof AppError && error.code === 'removal_hangs'
}

/** Gone already, or being removed by somebody else right now (then false): both are what is wanted. */
async function gone(remove: (signal: AbortSignal) => Promise<unknown>, withinMs: number): Promise<boolean> {
  const signal = AbortSignal.timeout(withinMs)
  try {
    await remove(signal)
    return true
  } catch (error) {
    if (signal.aborted)
      throw new AppError('removal_hangs', `the engine did not remove it within ${withinMs / 1000} s`, { cause: error })
    const status = statusOf(error)
    const isUnderWay = status === 409 && /already in progress/.test(String(error))
    if (status !== 404 && !isUnderWay) throw error
    return !isUnderWay
  }
}
