// What this runner lets jobs ask of its engine. Pure; asked before anything is pulled or made.
import picomatch from 'picomatch'
import { AppError } from '../../kit/errors.ts'
import type { ContainerOrder, PullPolicy, RoomOrder } from '../port.ts'
import { familiarName, parseImageName } from './image-name.ts'

/** What is done about an engine, or a job's own Docker, that its makers know to be open (known-holes.ts). */
export const knownHolesPolicies = ['tell', 'refuse'] as const

export type DockerPolicy = {
  /** Globs over short image names (`docker:*dind*`, `registry.example.com/**`). Empty: all. */
  readonly allowedImages: readonly string[]
  readonly allowedServices: readonly string[]
  readonly allowedPullPolicies: readonly PullPolicy[]
  /** Empty: all. */
  readonly allowedUsers: readonly string[]
  readonly servicesLimit: number
  readonly knownHoles: (typeof knownHolesPolicies)[number]
  readonly privileged: { readonly services: readonly string[]; readonly refs: 'all' | 'protected' }
}

export function checkPolicy(order: RoomOrder, policy: DockerPolicy): void {
  checkImage(order.image, policy.allowedImages, 'image')
  for (const service of order.services) checkImage(service, policy.allowedServices, 'service')
  if (order.services.length > policy.servicesLimit)
    deny(`the job asks for ${order.services.length} services, this runner allows ${policy.servicesLimit}`)
  for (const container of [order.image, ...order.services]) {
    checkPullPolicies(container, policy)
    if (container.user !== null && policy.allowedUsers.length > 0 && !policy.allowedUsers.includes(container.user))
      deny(`user '${container.user}' is not one of ${policy.allowedUsers.join(', ')} (docker.allowedUsers)`)
  }
}

/** Only services are ever privileged, and only those that the runner's owner named. */
export function mayBePrivileged(image: string, trustClass: RoomOrder['trustClass'], policy: DockerPolicy): boolean {
  if (policy.privileged.refs === 'protected' && trustClass !== 'protected') return false
  return matchesAny(image, policy.privileged.services)
}

export function privilegeRefusal(image: string, trustClass: RoomOrder['trustClass'], policy: DockerPolicy): AppError {
  const onlyProtected = policy.privileged.refs === 'protected' && trustClass !== 'protected'
  const mend = onlyProtected
    ? "this runner gives it to jobs of protected branches and tags only (docker.privileged.refs is 'protected')"
    : `allow it in runner.config.ts: docker.privileged.services: ['${familiarName(parseImageName(image))}']`
  return new AppError('policy_denied', `service ${image} needs a privileged container; ${mend}`)
}

function checkImage(container: ContainerOrder, allowed: readonly string[], word: 'image' | 'service'): void {
  if (allowed.length === 0 || matchesAny(container.image, allowed)) return
  deny(
    `${word} ${container.image} is not one of ${allowed.join(', ')} (docker.allowed${word === 'image' ? 'Images' : 'Services'})`,
  )
}

function checkPullPolicies(container: ContainerOrder, policy: DockerPolicy): void {
  const refused = container.pullPolicies.find(asked => !policy.allowedPullPolicies.includes(asked))
  if (refused === undefined) return
  deny(`pull policy '${refused}' of ${container.image} is not one of ${policy.allowedPullPolicies.join(', ')}`)
}

function matchesAny(image: string, globs: readonly string[]): boolean {
  const name = familiarName(parseImageName(image))
  return globs.some(glob => picomatch.isMatch(name, glob, { dot: true }))
}

function deny(message: string): never {
  throw new AppError('policy_denied', message)
}
