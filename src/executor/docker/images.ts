// Brings an image to the engine with the job's own credentials. An image that is here already is still asked for, so
// that a project cannot use what another was allowed to pull.
import type Docker from 'dockerode'
import { AppError, messageOf } from '../../kit/errors.ts'
import { yellow } from '../../kit/terminal-colors.ts'
import type { ContainerOrder, PullPolicy, RegistryCredential, Unused } from '../port.ts'
import { statusOf } from './engine.ts'
import { imageProblem, isRefusal } from './image-problem.ts'
import { headManifest, hostOf, localName, pullOnce } from './image-pull.ts'

export type ReadyImage = {
  readonly id: string
  readonly environment: Readonly<Record<string, string>>
  readonly exposedPorts: readonly number[]
  readonly hasHealthCheck: boolean
}

export type ImageWish = {
  readonly container: ContainerOrder
  readonly credentials: readonly RegistryCredential[]
  /** Our own registry under the name that the engine can reach it by, with a token for just this pull. */
  readonly own: OwnRegistryImage | null
}

export type OwnRegistryImage = { readonly engineName: string; readonly token: () => Promise<string> }

export type ImageStore = {
  readonly ensure: (wish: ImageWish, say: (line: string) => void, signal: AbortSignal) => Promise<ReadyImage>
  /** Those that were not here before a job of this process asked for them. */
  readonly unused: () => readonly Unused[]
}

export type ImageStoreOptions = {
  readonly docker: Docker
  readonly nowMs: () => number
  /** A hub that did not answer is not asked again for this long, when a copy is here. */
  readonly unreachableForMs: number
  /** A pull that gets no byte for this long is given up. */
  readonly stallMs: number
}

export function createImageStore({ docker, nowMs, unreachableForMs, stallMs }: ImageStoreOptions): ImageStore {
  const unreachableUntil = new Map<string, number>()
  /** When an image that was brought here was last asked for, by its id. */
  const brought = new Map<string, number>()

  /** The policies in turn, until one has the image or it is clear that none may. */
  async function ensure(wish: ImageWish, say: (line: string) => void, signal: AbortSignal): Promise<ReadyImage> {
    const policies = wish.container.pullPolicies
    let first: unknown = null
    for (const [index, policy] of policies.entries()) {
      try {
        const image = await byPolicy(policy, wish, say, signal)
        if (brought.has(image.id)) brought.set(image.id, nowMs())
        return image
      } catch (error) {
        if (signal.aborted || isRefusal(error)) throw error
        first ??= error
        const next = policies[index + 1]
        if (next !== undefined) say(yellow(`WARNING: ${messageOf(error)}; trying pull policy '${next}'`))
      }
    }
    throw first
  }

  async function byPolicy(
    policy: PullPolicy,
    wish: ImageWish,
    say: (line: string) => void,
    signal: AbortSignal,
  ): Promise<ReadyImage> {
    const local = policy === 'always' ? null : await inspectImage(docker, localName(wish))
    if (local !== null && (policy === 'never' || (await isStillAllowed(wish, signal)))) {
      say(`Using local image ${local.id.slice(0, 19)} for ${wish.container.image}`)
      return local
    }
    if (policy === 'never')
      throw new AppError('image_not_found', `image ${wish.container.image} is not here and its pull policy is 'never'`)
    return pull(wish, say, signal)
  }

  /** False: it must be pulled (and that will say why it may not be). A registry that is away cannot forbid. */
  async function isStillAllowed(wish: ImageWish, signal: AbortSignal): Promise<boolean> {
    if (isKnownUnreachable(wish)) return true
    try {
      await headManifest(docker, wish, AbortSignal.any([signal, AbortSignal.timeout(stallMs)]))
      return true
    } catch (error) {
      signal.throwIfAborted()
      const refused = isRefusal(imageProblem(wish.container.image, error))
      if (!refused) markUnreachable(wish)
      return !refused
    }
  }

  async function pull(wish: ImageWish, say: (line: string) => void, signal: AbortSignal): Promise<ReadyImage> {
    const { image } = wish.container
    if (isKnownUnreachable(wish)) {
      const reason = `${hostOf(wish)} did not answer a moment ago`
      throw new AppError('image_pull_failed', `image ${image} cannot be pulled: ${reason}`)
    }
    say(`Pulling docker image ${image} ...`)
    const before = await inspectImage(docker, localName(wish))
    try {
      await pullOnce(docker, wish, stallMs, signal)
    } catch (error) {
      signal.throwIfAborted()
      const known = imageProblem(image, error)
      if (!isRefusal(known)) markUnreachable(wish)
      throw known
    }
    const ready = await inspectImage(docker, localName(wish))
    if (ready === null) throw new AppError('image_pull_failed', `image ${image} was pulled but is not there`)
    if (ready.id !== before?.id) brought.set(ready.id, nowMs())
    say(`Using docker image ${ready.id.slice(0, 19)} for ${image}`)
    return ready
  }

  function isKnownUnreachable(wish: ImageWish): boolean {
    return wish.own === null && (unreachableUntil.get(hostOf(wish)) ?? 0) > nowMs()
  }

  function markUnreachable(wish: ImageWish): void {
    unreachableUntil.set(hostOf(wish), nowMs() + unreachableForMs)
  }

  function unused(): readonly Unused[] {
    return [...brought].map(([id, usedAtMs]) => ({
      what: `image ${id.slice(0, 19)}`,
      usedAtMs,
      free: async () => {
        await docker.getImage(id).remove() // the engine refuses while a container stands on it
        brought.delete(id)
      },
    }))
  }

  return { ensure, unused }
}

export async function inspectImage(docker: Docker, name: string): Promise<ReadyImage | null> {
  try {
    const { Id, Config } = await docker.getImage(name).inspect()
    return {
      id: Id,
      environment: Object.fromEntries((Config.Env ?? []).map(entry => splitOnce(entry, '='))),
      exposedPorts: Object.keys(Config.ExposedPorts ?? {})
        .filter(port => port.endsWith('/tcp'))
        .map(port => Number.parseInt(port, 10)),
      hasHealthCheck: Boolean(
        (Config as { Healthcheck?: { Test?: string[] } }).Healthcheck?.Test?.[0]?.startsWith('CMD'),
      ),
    }
  } catch (error) {
    if (statusOf(error) === 404) return null
    throw imageProblem(name, error)
  }
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
