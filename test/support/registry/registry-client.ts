// A plain client of the distribution protocol for tests: it sends what it is told and shows what came back.
import { createHash, randomBytes } from 'node:crypto'
import { Agent, type IncomingHttpHeaders, request } from 'node:http'

export type Reply = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly json: () => unknown
}
export type Send = {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer | string
  /** Sends the body in these pieces, with chunked encoding; `cut` breaks the connection after them. */
  readonly pieces?: readonly Buffer[]
  readonly cut?: boolean
}

export type RegistryClient = {
  readonly url: string
  readonly send: (method: string, path: string, options?: Send) => Promise<Reply>
  readonly close: () => void
}

export type Login = { readonly username: string; readonly password: string }

/** Asks for a token for each repository that it meets, with all actions. Without a login it sends no token. */
export function createRegistryClient(url: string, login: Login | null): RegistryClient {
  const agent = new Agent({ keepAlive: true })
  const tokens = new Map<string, string>()

  async function authorization(path: string): Promise<Readonly<Record<string, string>>> {
    if (login === null) return {}
    const scopes = scopesOf(path)
    const key = scopes.join(' ')
    const known = tokens.get(key)
    if (known !== undefined) return { authorization: `Bearer ${known}` }
    const token = await fetchToken(url, login, scopes)
    tokens.set(key, token)
    return { authorization: `Bearer ${token}` }
  }

  return {
    url,
    close: () => agent.destroy(),
    async send(method, path, options = {}) {
      const headers = { ...(await authorization(path)), ...options.headers }
      return exchange(agent, new URL(path, url), method, headers, options)
    },
  }
}

export async function fetchToken(url: string, login: Login | null, scopes: readonly string[]): Promise<string> {
  const query = new URLSearchParams([['service', 'container_registry'], ...scopes.map(scope => ['scope', scope])])
  const headers = login === null ? {} : { authorization: basic(login) }
  const response = await fetch(`${url}/jwt/auth?${query}`, { headers })
  if (response.status !== 200) throw new Error(`the token endpoint said ${response.status}: ${await response.text()}`)
  return ((await response.json()) as { readonly token: string }).token
}

export function basic({ username, password }: Login): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

function scopesOf(path: string): readonly string[] {
  const { pathname, searchParams } = new URL(path, 'http://registry')
  const name = /^\/v2\/(.+)\/(?:blobs|manifests|tags|referrers)\//.exec(pathname)?.[1]
  const from = searchParams.get('from')
  if (pathname === '/v2/_catalog') return ['registry:catalog:*']
  return [
    ...(name === undefined ? [] : [`repository:${name}:pull,push,delete`]),
    ...(from === null ? [] : [`repository:${from}:pull`]),
  ]
}

function exchange(
  agent: Agent,
  url: URL,
  method: string,
  headers: Readonly<Record<string, string>>,
  options: Send,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, agent }, response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const body = Buffer.concat(chunks)
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body,
          json: () => JSON.parse(body.toString()),
        })
      })
    })
    outgoing.on('error', reject)
    if (options.pieces === undefined) outgoing.end(options.body)
    else sendPieces(outgoing, options.pieces, options.cut === true)
  })
}

function sendPieces(outgoing: ReturnType<typeof request>, pieces: readonly Buffer[], cut: boolean): void {
  const [first, ...rest] = pieces
  if (first === undefined) return void (cut ? outgoing.destroy() : outgoing.end())
  outgoing.write(first, () => sendPieces(outgoing, rest, cut))
}

// What is pushed -----------------------------------------------------------------------------------------------------

export type Content = { readonly bytes: Buffer; readonly digest: string }

export function content(bytes: Buffer | string, algorithm: 'sha256' | 'sha512' = 'sha256'): Content {
  const buffer = Buffer.from(bytes)
  return { bytes: buffer, digest: `${algorithm}:${createHash(algorithm).update(buffer).digest('hex')}` }
}

export function randomContent(sizeBytes: number): Content {
  return content(randomBytes(sizeBytes))
}

export const ociManifest = 'application/vnd.oci.image.manifest.v1+json'
export const ociIndex = 'application/vnd.oci.image.index.v1+json'

export type ManifestOptions = {
  readonly subject?: object
  readonly artifactType?: string
  readonly annotations?: Readonly<Record<string, string>>
  readonly mediaType?: string
}

export function imageOf(config: Content, layers: readonly Content[], options: ManifestOptions = {}): Content {
  const { mediaType = ociManifest, ...more } = options
  const layer = (blob: Content) => descriptor(blob, 'application/vnd.oci.image.layer.v1.tar+gzip')
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: descriptor(config, 'application/vnd.oci.image.config.v1+json'),
    layers: layers.map(layer),
    ...more,
  }
  return content(JSON.stringify(manifest))
}

export function indexOf(manifests: readonly Content[], options: ManifestOptions = {}): Content {
  const { mediaType = ociIndex, ...more } = options
  return content(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      manifests: manifests.map(each => descriptor(each, ociManifest)),
      ...more,
    }),
  )
}

export function descriptor({ digest, bytes }: Content, mediaType: string): object {
  return { mediaType, digest, size: bytes.length }
}

/** POST, then PUT with the whole body. */
export async function pushBlob(client: RegistryClient, name: string, blob: Content): Promise<Reply> {
  const started = await client.send('POST', `/v2/${name}/blobs/uploads/`)
  return client.send('PUT', withDigest(locationOf(started), blob.digest), {
    headers: { 'content-type': 'application/octet-stream' },
    body: blob.bytes,
  })
}

export function putManifest(
  client: RegistryClient,
  name: string,
  reference: string,
  manifest: Content,
  mediaType = ociManifest,
): Promise<Reply> {
  return client.send('PUT', `/v2/${name}/manifests/${reference}`, {
    headers: { 'content-type': mediaType },
    body: manifest.bytes,
  })
}

/** Pushes a small image of its own config and layer under the tag. */
export async function pushImage(
  client: RegistryClient,
  name: string,
  tag: string,
  options: ManifestOptions = {},
): Promise<PushedImage> {
  const config = content(JSON.stringify({ architecture: 'amd64', os: 'linux', nonce: randomBytes(8).toString('hex') }))
  const layer = randomContent(1000)
  await pushBlob(client, name, config)
  await pushBlob(client, name, layer)
  const manifest = imageOf(config, [layer], options)
  const reply = await putManifest(client, name, tag, manifest)
  if (reply.status !== 201) throw new Error(`PUT of ${name}:${tag} said ${reply.status}: ${reply.body}`)
  return { config, layer, manifest }
}
export type PushedImage = { readonly config: Content; readonly layer: Content; readonly manifest: Content }

export function locationOf(reply: Reply): string {
  const { location } = reply.headers
  if (location === undefined) throw new Error(`no Location in an answer of status ${reply.status}: ${reply.body}`)
  return location
}

/** Relative or absolute, with a query or without. */
export function withDigest(location: string, digest: string): string {
  return `${location}${location.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`
}

export function errorCodes(reply: Reply): readonly string[] {
  return (reply.json() as { readonly errors: readonly { readonly code: string }[] }).errors.map(error => error.code)
}
