// What the executor is asked for a job. Pure. No secret may stand in a container's environment, where anybody who can
// look at the engine reads it: only public variables do, all others reach the script by its own text.
import { credentialsOfAuthConfig } from '../executor/docker/credentials.ts'
import type { Egress } from '../executor/docker/settings.ts'
import type { PullPolicy, RegistryCredential, RoomOrder, ServerOrder } from '../executor/port.ts'
import type { JobImage, JobPayload, JobVariable } from '../run/protocol.ts'
import { expandText, expandVariables } from './variables.ts'

export type RoomChoices = {
  readonly buildsDirectory: string
  readonly defaultImage: string
  readonly pullPolicies: readonly PullPolicy[]
  readonly serverUrl: string
  /** `server`: what our server is not, jobs cannot reach. */
  readonly egress: Egress
  readonly credentials: readonly RegistryCredential[]
  readonly deadline: string
}

export function roomOrder(payload: JobPayload, variables: readonly JobVariable[], choices: RoomChoices): RoomOrder {
  const environment = publicEnvironment(variables)
  const server = serverOrder(payload, choices)
  const container = (image: JobImage) => ({
    image: expandText(image.name, variables),
    entrypoint: image.entrypoint ?? null,
    environment: { ...environment, ...ownEnvironment(image, variables) },
    user: expandText(image.executor_opts?.docker?.user ?? '', variables) || null,
    platform: expandText(image.executor_opts?.docker?.platform ?? '', variables) || null,
    pullPolicies: image.pull_policy ?? choices.pullPolicies,
  })
  return {
    key: { jobId: payload.id, lease: payload.slipway.lease },
    projectId: payload.job_info.project_id,
    jobName: payload.job_info.name,
    trustClass: payload.slipway.trust_class,
    image: container(payload.image ?? { name: choices.defaultImage }),
    services: payload.services.map(service => ({
      ...container(service),
      command: service.command ?? null,
      aliases: (service.alias ?? '').split(/[\s,]+/).filter(Boolean),
    })),
    buildsDirectory: choices.buildsDirectory,
    projectDirectory: variables.find(variable => variable.key === 'CI_PROJECT_DIR')?.value ?? choices.buildsDirectory,
    server,
    registry: payload.slipway.registry,
    mirrors: mirrorUrls(payload, server),
    credentials: credentials(payload, variables, choices),
    pipelineImages: namedImages(payload, variables),
    expected: expectedRooms(payload),
    deadline: choices.deadline,
  }
}

/**
 * Jobs cannot reach a server on this host's loopback, so it is given to them under its names; a server elsewhere they
 * reach as anybody does, unless they reach nothing by themselves. A name that is this host's loopback is reached by its ports.
 */
export function serverOrder(
  payload: JobPayload,
  { serverUrl, egress }: Pick<RoomChoices, 'serverUrl' | 'egress'>,
): ServerOrder | null {
  const { hostname, port, protocol, origin } = new URL(serverUrl)
  if (egress === 'all' && !isLoopback(hostname)) return null
  const targetPort = Number(port || (protocol === 'https:' ? 443 : 80))
  const { registry, server_host: server, mirrors } = payload.slipway
  const hosts = [{ host: server, tls: protocol === 'https:' }, ...(registry === null ? [] : [registry])]
  const places = hosts.map(({ host, tls }) => ({ name: host.replace(/:\d+$/, ''), port: portOf(host, tls) }))
  const named = places.filter(({ name }) => !isLoopback(name) && !/^[\d.]+$|:/.test(name)).map(({ name }) => name)
  const mirrorNames = mirrors.flatMap(mirror => ('name' in mirror ? [mirror.name] : []))
  const addressed = places.filter(({ name }) => isLoopback(name))
  return {
    names: [...new Set([...named, ...mirrorNames])],
    ports: [...new Set([...places.map(place => place.port), targetPort])],
    loopbackPorts: [...new Set(addressed.map(place => place.port))],
    target: { host: hostname === 'localhost' ? '127.0.0.1' : hostname, port: targetPort },
    origin,
  }
}

/** A name alone leads nowhere unless the server is given to jobs; a certificate for it there is none. */
function mirrorUrls({ slipway }: JobPayload, server: ServerOrder | null): string[] {
  const isGiven = server?.origin.startsWith('http:') === true
  return slipway.mirrors.flatMap(mirror => {
    if ('url' in mirror) return [mirror.url]
    return isGiven ? [`http://${mirror.name}:${server.target.port}`] : []
  })
}

function portOf(host: string, isTls: boolean): number {
  return Number(/:(\d+)$/.exec(host)?.[1] ?? (isTls ? 443 : 80))
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || /^127\.[\d.]+$/.test(hostname)
}

/** What a pipeline gives one service: also a secret, where its author names it there. */
function ownEnvironment({ variables: own = [] }: JobImage, variables: readonly JobVariable[]): Record<string, string> {
  if (own.length === 0) return {}
  const keys = new Set(own.map(({ key }) => key))
  return publicEnvironment(expandVariables([...variables, ...own]).filter(({ key }) => keys.has(key)))
}

function publicEnvironment(variables: readonly JobVariable[]): Record<string, string> {
  const visible = variables.filter(variable => variable.public && !variable.masked && !variable.file)
  return Object.fromEntries(visible.map(({ key, value }) => [key, value]))
}

/** GitLab's order: the job's own configuration, the runner's, what the server sent. */
function credentials(
  payload: JobPayload,
  variables: readonly JobVariable[],
  choices: RoomChoices,
): RegistryCredential[] {
  const ofJob = variables.find(variable => variable.key === 'DOCKER_AUTH_CONFIG')
  return [
    ...(ofJob === undefined ? [] : credentialsOfAuthConfig(ofJob.value)),
    ...choices.credentials,
    ...payload.credentials.map(({ url, username, password }) => ({
      host: url.replace(/^https?:\/\//, ''),
      username,
      password,
    })),
  ]
}

/** Jobs of the next stage with the same services. */
function expectedRooms({ services, slipway }: JobPayload): number {
  const names = JSON.stringify(services.map(service => service.name))
  return slipway.upcoming.filter(job => JSON.stringify(job.services) === names).length
}

function namedImages(payload: JobPayload, variables: readonly JobVariable[]): RoomOrder['pipelineImages'] {
  const lines = payload.steps.flatMap(step => step.script)
  const text = [...lines, ...lines.map(line => expandText(line, variables))].join('\n')
  return payload.slipway.pipeline_images.filter(({ reference }) => namesOf(reference).some(name => text.includes(name)))
}

/** People write `host/path` for `host/path:latest`. */
function namesOf(reference: string): string[] {
  return reference.endsWith(':latest') ? [reference, reference.slice(0, -':latest'.length)] : [reference]
}
