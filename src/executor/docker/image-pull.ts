// The two questions that are asked of a registry through the engine: for an image, and whether it may still be had. With the
// job's own credentials, which never reach the engine's configuration.
import type Docker from 'dockerode'
import { untilAborted } from '../../kit/abort.ts'
import { AppError } from '../../kit/errors.ts'
import { credentialFor } from './credentials.ts'
import { familiarName, parseImageName, pullReference } from './image-name.ts'
import type { ImageWish } from './images.ts'

export async function pullOnce(docker: Docker, wish: ImageWish, stallMs: number, signal: AbortSignal): Promise<void> {
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

export async function headManifest(docker: Docker, wish: ImageWish, signal: AbortSignal): Promise<void> {
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
export function localName(wish: ImageWish): string {
  return wish.own?.engineName ?? familiarName(parseImageName(wish.container.image))
}

export function hostOf(wish: ImageWish): string {
  return parseImageName(localName(wish)).host
}
