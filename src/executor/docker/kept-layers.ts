// Layers that stay from one job to the next: volumes for a Docker service's data, by project and trust class, with one user
// at a time. Only layers stay. Before a volume is used again its containers, networks, volumes and all names of images are
// taken out of it (layers-cleaning.ts), while no daemon runs on it.

import { randomBytes } from 'node:crypto'
import type Docker from 'dockerode'
import type { Unused } from '../port.ts'
import { cleanLayers } from './layers-cleaning.ts'

export type LayersOwner = {
  readonly projectId: number
  readonly trustClass: 'protected' | 'branch'
  /** No boundary, only a hint: this job's own layers are the ones that it will build on. */
  readonly jobName: string
}

export type LayersLease = {
  readonly volumeName: string
  /** After the daemon on it is gone: cleans the volume and lets the next one have it. */
  readonly release: () => Promise<void>
}

export type KeptLayers = {
  /** Null: none is free and there may be no more; the caller takes a volume of its own. Never a wait. */
  readonly take: (owner: LayersOwner) => Promise<LayersLease | null>
  /** Removes what was unused for longest until what is kept is under the quota. */
  readonly trim: () => Promise<void>
  readonly unused: () => Promise<readonly Unused[]>
  /** At the runner's end; those in use by what is handed over stay. */
  readonly close: () => Promise<void>
}

export type KeptLayersOptions = {
  readonly docker: Docker
  readonly runnerId: string
  readonly quotaBytes: number
  /** Volumes for one project and class. */
  readonly perOwner: number
  /** False: at the runner's end nothing is kept. */
  readonly keepAfterEnd: boolean
}

export function createKeptLayers({
  docker,
  runnerId,
  quotaBytes,
  perOwner,
  keepAfterEnd,
}: KeptLayersOptions): KeptLayers {
  const inUse = new Set<string>()
  const clean = new Set<string>()
  const usedAt = new Map<string, number>()
  let isTrimDue = false

  async function take(owner: LayersOwner): Promise<LayersLease | null> {
    const known = await list([`slipway.project=${owner.projectId}`, `slipway.class=${owner.trustClass}`])
    const ofJob = known.filter(({ jobName }) => jobName === owner.jobName)
    const found = await takeFree(ofJob)
    if (found !== null) return found
    return known.length < perOwner ? create(owner) : takeFree(known)
  }

  async function takeFree(volumes: readonly KeptVolume[]): Promise<LayersLease | null> {
    for (const { name, mountpoint } of [...volumes].sort((a, b) => lastUse(b.name) - lastUse(a.name))) {
      if (inUse.has(name)) continue
      inUse.add(name)
      if (!(await isMounted(name)) && (clean.has(name) || (await cleanLayers(mountpoint))))
        return lease(name, mountpoint)
      inUse.delete(name)
    }
    return null
  }

  async function create({ projectId, trustClass, jobName }: LayersOwner): Promise<LayersLease> {
    const name = `slipway-layers-${randomBytes(6).toString('hex')}`
    inUse.add(name)
    const labels = { 'slipway.project': String(projectId), 'slipway.class': trustClass, 'slipway.job-name': jobName }
    await docker.createVolume({
      Name: name,
      Labels: { slipway: 'true', 'slipway.kind': 'kept-layers', 'slipway.runner': runnerId, ...labels },
    })
    const { Mountpoint } = await docker.getVolume(name).inspect()
    return lease(name, Mountpoint)
  }

  function lease(name: string, mountpoint: string): LayersLease {
    clean.delete(name)
    return {
      volumeName: name,
      release: async () => {
        usedAt.set(name, Date.now())
        isTrimDue = true
        if (await cleanLayers(mountpoint)) clean.add(name)
        else await remove(name)
        inUse.delete(name)
      },
    }
  }

  async function trim(): Promise<void> {
    if (!isTrimDue) return
    isTrimDue = false
    const sizes = new Map(
      ((await docker.df()) as DiskUse).Volumes.map(volume => [volume.Name, volume.UsageData?.Size ?? 0]),
    )
    const kept = (await list([])).sort((a, b) => lastUse(b.name) - lastUse(a.name))
    let total = 0
    for (const { name } of kept) {
      total += sizes.get(name) ?? 0
      if (total > quotaBytes && !inUse.has(name)) await remove(name)
    }
  }

  async function unused(): Promise<readonly Unused[]> {
    const idle = (await list([])).filter(({ name }) => !inUse.has(name))
    return idle.map(({ name }) => ({
      what: `layers ${name}`,
      usedAtMs: lastUse(name),
      free: async () => {
        if (inUse.has(name)) return
        inUse.add(name) // nobody takes it meanwhile
        await remove(name).finally(() => inUse.delete(name))
      },
    }))
  }

  async function close(): Promise<void> {
    if (!keepAfterEnd) for (const { name } of await list([])) await remove(name)
  }

  async function list(labels: readonly string[]): Promise<KeptVolume[]> {
    const filters = { label: [`slipway.runner=${runnerId}`, 'slipway.kind=kept-layers', ...labels] }
    const { Volumes } = await docker.listVolumes({ filters })
    return (Volumes ?? []).map(({ Name, Mountpoint, Labels }) => ({
      name: Name,
      mountpoint: Mountpoint,
      jobName: Labels?.['slipway.job-name'] ?? '',
    }))
  }

  async function isMounted(name: string): Promise<boolean> {
    return (await docker.listContainers({ all: true, filters: { volume: [name] } })).length > 0
  }

  async function remove(name: string): Promise<void> {
    clean.delete(name)
    await docker
      .getVolume(name)
      .remove()
      .catch(() => {}) // mounted again somehow: it is looked at again when it is taken
  }

  function lastUse(name: string): number {
    return usedAt.get(name) ?? 0
  }

  return { take, trim, unused, close }
}

type KeptVolume = { readonly name: string; readonly mountpoint: string; readonly jobName: string }

type DiskUse = {
  readonly Volumes: readonly { readonly Name: string; readonly UsageData?: { readonly Size: number } }[]
}
