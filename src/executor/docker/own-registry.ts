// Our own registry as the engine of this host reaches it: under a loopback address, where any engine speaks plain HTTP
// without a line in its configuration, and with a token that the runner fetches itself, because the address that the
// registry's challenge names may be one that only jobs can resolve.
import { AppError, messageOf } from '../../kit/errors.ts'
import type { RegistryCredential, RegistryOrder, ServerOrder } from '../port.ts'
import { credentialFor } from './credentials.ts'
import { parseImageName } from './image-name.ts'
import type { OwnRegistryImage } from './images.ts'

export type OwnRegistry = {
  readonly registry: RegistryOrder | null
  readonly server: ServerOrder | null
  readonly credentials: readonly RegistryCredential[]
}

/** Null: the image is elsewhere, or the engine reaches our registry under its ordinary name. */
export function ownRegistryImage(image: string, own: OwnRegistry, signal: AbortSignal): OwnRegistryImage | null {
  const name = parseImageName(image)
  if (own.registry === null || own.server === null || name.host !== own.registry.host) return null
  const { target, origin } = own.server
  const reference = name.digest === null ? `:${name.tag ?? 'latest'}` : `@${name.digest}`
  return {
    engineName: `${target.host}:${target.port}/${name.path}${reference}`,
    token: () => fetchPullToken({ origin, path: name.path, credential: credentialFor(image, own.credentials), signal }),
  }
}

type TokenOrder = {
  readonly origin: string
  readonly path: string
  readonly credential: RegistryCredential | null
  readonly signal: AbortSignal
}

async function fetchPullToken({ origin, path, credential, signal }: TokenOrder): Promise<string> {
  const query = new URLSearchParams({ service: 'container_registry', scope: `repository:${path}:pull` })
  const headers = credential === null ? {} : { authorization: `Basic ${basic(credential)}` }
  const url = `${origin}/jwt/auth?${query}`
  const answer = await fetch(url, { headers, signal, redirect: 'error' }).catch((cause: unknown) => {
    throw new AppError('image_pull_failed', `the registry does not answer: ${messageOf(cause)}`, { cause })
  })
  if (answer.status === 401 || answer.status === 403)
    throw new AppError('image_pull_denied', `${path} may not be pulled by this job`)
  if (!answer.ok) throw new AppError('image_pull_failed', `the registry answered ${answer.status}`)
  const { token } = (await answer.json()) as { token: string }
  return token
}

function basic({ username, password }: RegistryCredential): string {
  return Buffer.from(`${username}:${password}`).toString('base64')
}
