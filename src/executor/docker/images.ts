// Brings an image to the engine with the job's own credentials. An image that is here already is still asked for, so
// that a project cannot use what another was allowed to pull.
import type Docker from 'dockerode'
import { untilAborted } from '../../kit/abort.ts'
import { AppError, messageOf } from '../../kit/errors.ts'
import type { ContainerOrder, PullPolicy, RegistryCredential } from '../port.ts'
import { credentialFor } from './credentials.ts'
import { statusOf } from './engine.ts'
import { familiarName, parseImageName, pullReference } from './image-name.ts'

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

  async function ensure(wish: ImageWish, say: (line: string) => void, signal: AbortSignal): Promise<ReadyImage> {
    const [first = 'always', ...others] = wish.container.pullPolicies
    try {
      return await byPolicy(first, wish, say, signal)
    } catch (error) {
      const next = others[0]
      if (next === undefined || signal.aborted || isRefusal(error)) throw error
      return ensure({ ...wish, container: { ...wish.container, pullPolicies: others } }, say, signal)
    }
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
      await headManifest(docker, wish, signal)
      return true
    } catch (error) {
      const refused = isRefusal(classify(wish.container.image, error))
      if (!refused) markUnreachable(wish)
      return !refused
    }
  }

  async function pull(wish: ImageWish, say: (line: string) => void, signal: AbortSignal): Promise<ReadyImage> {
    const { image } = wish.container
    if (isKnownUnreachable(wish)) throw new AppError('image_pull_failed', `${hostOf(wish)} did not answer a moment ago`)
    say(`Pulling docker image ${image} ...`)
    try {
      await pullOnce(docker, wish, stallMs, signal)
    } catch (error) {
      signal.throwIfAborted()
      const known = classify(image, error)
      if (!isRefusal(known)) markUnreachable(wish)
      throw known
    }
    const ready = await inspectImage(docker, localName(wish))
    if (ready === null) throw new AppError('image_pull_failed', `image ${image} was pulled but is not there`)
    say(`Using docker image ${ready.id.slice(0, 19)} for ${image}`)
    return ready
  }

  function isKnownUnreachable(wish: ImageWish): boolean {
    return wish.own === null && (unreachableUntil.get(hostOf(wish)) ?? 0) > nowMs()
  }

  function markUnreachable(wish: ImageWish): void {
    unreachableUntil.set(hostOf(wish), nowMs() + unreachableForMs)
  }

  return { ensure }
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
    throw classify(name, error)
  }
}

async function pullOnce(docker: Docker, wish: ImageWish, stallMs: number, signal: AbortSignal): Promise<void> {
  const { repository, tag } = pullReference(parseImageName(localName(wish)))
  const stalled = new AbortController()
  const either = AbortSignal.any([signal, stalled.signal])
  const stall = () => stalled.abort(new AppError('image_pull_failed', `no progress for ${stallMs / 1000} s`))
  let timer = setTimeout(stall, stallMs)
  try {
    const stream = (await docker.createImage(await engineAuthorization(wish), {
      fromImage: repository,
      tag,
      ...(wish.container.platform === null ? {} : { platform: wish.container.platform }),
      abortSignal: either,
    })) as NodeJS.ReadableStream
    let text = ''
    for await (const chunk of stream) {
      clearTimeout(timer)
      timer = setTimeout(stall, stallMs)
      text = readProgress(text + String(chunk))
    }
  } catch (error) {
    throw stalled.signal.aborted ? stalled.signal.reason : error
  } finally {
    clearTimeout(timer)
  }
}

/** Throws the error that stands in the stream; gives back the unfinished line. */
function readProgress(text: string): string {
  const lines = text.split('\n')
  const rest = lines.pop() ?? ''
  for (const line of lines) {
    const { error } = (line.trim() === '' ? {} : JSON.parse(line)) as { error?: string }
    if (error !== undefined) throw new Error(error)
  }
  return rest
}

async function headManifest(docker: Docker, wish: ImageWish, signal: AbortSignal): Promise<void> {
  const name = localName(wish)
  const authconfig = await engineAuthorization(wish)
  await untilAborted(docker.getImage(name).distribution({ authconfig } as object), signal)
}

async function engineAuthorization(wish: ImageWish): Promise<object> {
  if (wish.own !== null) return { registrytoken: await wish.own.token() }
  const credential = credentialFor(wish.container.image, wish.credentials)
  if (credential === null) return {}
  const { username, password, host } = credential
  return { username, password, serveraddress: host }
}

/** The name under which the engine knows the image. */
function localName(wish: ImageWish): string {
  return wish.own?.engineName ?? familiarName(parseImageName(wish.container.image))
}

function hostOf(wish: ImageWish): string {
  return parseImageName(localName(wish)).host
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof AppError &&
    ['image_not_found', 'image_pull_denied', 'policy_denied', 'disk_full'].includes(error.code)
  )
}

function classify(image: string, error: unknown): AppError {
  if (error instanceof AppError) return error
  const text = messageOf(error).replace(/^\(HTTP code \d+\) [^-]*- /, '')
  const code = /no space left/i.test(text)
    ? 'disk_full'
    : /manifest unknown|not found|does not exist|no such image|invalid reference|name unknown/i.test(text)
      ? 'image_not_found'
      : /denied|unauthorized|authentication required|no basic auth|forbidden/i.test(text)
        ? 'image_pull_denied'
        : 'image_pull_failed'
  return new AppError(code, `image ${image} cannot be pulled: ${text.trim()}`, { cause: error })
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
