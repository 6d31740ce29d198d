// What a `docker:dind` service needs to work with no line from the user: flags of its daemon, and the variables that
// tell the job's docker client where it is.
import type { RegistryOrder, ServiceOrder } from '../port.ts'
import { parseImageName, serviceHostNames } from './image-name.ts'

export type DockerServicePlan = {
  readonly hostName: string
  readonly port: number
  /** Folder of the certificates, for daemon and client alike; null: no TLS. */
  readonly certificateDirectory: string | null
  readonly command: readonly string[]
  /** For the job's container, under what its own variables say. */
  readonly clientEnvironment: Readonly<Record<string, string>>
}

export function isDockerService(image: string): boolean {
  const { path, tag } = parseImageName(image)
  return /(^|[-_.])dind([-_.]|$)/.test(tag ?? '') || /(^|[/_.-])dind([/_.-]|$)/.test(path)
}

/** A daemon heeds these and nothing else of a job's variables; and what it is not given, no spare must be made for. */
export function daemonEnvironment(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([key]) => /^(DOCKER_|.*_PROXY$|.*_proxy$)/.test(key)))
}

export function planDockerService(
  service: ServiceOrder,
  world: {
    readonly imageEnvironment: Readonly<Record<string, string>>
    readonly registry: RegistryOrder | null
    readonly mtu: number | null
    readonly mirrors: readonly string[]
  },
): DockerServicePlan {
  const environment = { ...world.imageEnvironment, ...service.environment }
  const hostName = service.aliases[0] ?? serviceHostNames(parseImageName(service.image))[0] ?? 'docker'
  const own = service.command ?? []
  const isPlain = own.some(word => /^--tls=(false|0)$/.test(word))
  const certificateDirectory = isPlain ? null : environment.DOCKER_TLS_CERTDIR || null
  const flags = [
    ...plainHosts(world.registry, world.mirrors).flatMap(insecureFlags),
    ...(world.mtu === null ? [] : [`--mtu=${world.mtu}`]),
    ...world.mirrors.map(mirror => `--registry-mirror=${mirror}`),
  ].filter(flag => !own.some(word => word.split('=')[0] === flag.split('=')[0] && !word.startsWith('--insecure')))
  const takesFlags = own.length === 0 || own[0]?.startsWith('-') || own[0]?.endsWith('dockerd')
  const port = certificateDirectory === null ? 2375 : 2376
  return {
    hostName,
    port,
    certificateDirectory,
    command: takesFlags ? [...own, ...flags] : own,
    clientEnvironment: {
      DOCKER_HOST: `tcp://${hostName}:${port}`,
      DOCKER_TLS_CERTDIR: certificateDirectory ?? '',
      ...(certificateDirectory === null
        ? {}
        : { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: `${certificateDirectory}/client` }),
    },
  }
}

function plainHosts(registry: RegistryOrder | null, mirrors: readonly string[]): readonly string[] {
  const plainMirrors = mirrors.filter(mirror => mirror.startsWith('http://')).map(mirror => new URL(mirror).host)
  return [...(registry === null || registry.tls ? [] : [registry.host]), ...plainMirrors]
}

/** BuildKit within Docker before 23 speaks plain HTTP to those that have the scheme, Docker itself takes both. */
function insecureFlags(host: string): readonly string[] {
  return [`--insecure-registry=${host}`, `--insecure-registry=http://${host}`]
}
