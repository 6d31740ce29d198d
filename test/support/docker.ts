// The Docker engine of the tests: the one that DOCKER_HOST names. `npm test` has found or started it.
import Docker from 'dockerode'

export function connectDocker(): Docker {
  return new Docker()
}

/** What a runner has made and should have removed: everything that bears the label `slipway`. */
export type DockerObject = {
  readonly kind: 'container' | 'network' | 'volume'
  readonly id: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

/** The label each object of a runner bears. Images are left out: they are a cache. */
export async function listSlipwayObjects(docker: Docker): Promise<readonly DockerObject[]> {
  const filters = JSON.stringify({ label: ['slipway'] })
  const [containers, networks, volumes] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ])
  return [
    ...containers.map(({ Id, Names, Labels }) => ({
      kind: 'container' as const,
      id: Id,
      name: Names[0] ?? Id,
      labels: Labels,
    })),
    ...networks.map(({ Id, Name, Labels }) => ({ kind: 'network' as const, id: Id, name: Name, labels: Labels ?? {} })),
    ...(volumes.Volumes ?? []).map(({ Name, Labels }) => ({
      kind: 'volume' as const,
      id: Name,
      name: Name,
      labels: Labels ?? {},
    })),
  ]
}
