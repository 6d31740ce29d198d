// What the page of a tag shows of its image: platforms with their sizes, what refers to it, its layers and labels.
import type { Descriptor, Manifest } from '../../registry/manifest.ts'
import { parseManifest } from '../../registry/manifest.ts'
import type { BlobStorage, ImageStore, RepositoryPlace } from '../../registry/ports.ts'
import { type Digest, hexOf } from '../../registry/reference.ts'
import type { Referrer } from '../../registry/referrers.ts'
import { statementsIn } from './web-attestation.ts'

export type ImageSources = {
  readonly store: Pick<ImageStore, 'manifestByDigest' | 'manifestByTag' | 'referrers'>
  readonly storage: Pick<BlobStorage, 'open'>
}

export type ImageManifest = {
  readonly digest: string
  readonly media_type: string
  readonly platform: string | null
  readonly size_bytes: number
}
export type ImageLayer = { readonly digest: string; readonly size_bytes: number; readonly created_by: string | null }
export type ImageReferrer = {
  readonly digest: string
  readonly artifact_type: string
  readonly kind: 'signature' | 'attestation' | 'sbom' | 'other'
  readonly size_bytes: number
  readonly created_at: string | null
}

export type ImageDetails = {
  readonly manifests: readonly ImageManifest[]
  readonly referrers: readonly ImageReferrer[]
  readonly layers: readonly ImageLayer[]
  readonly labels: Readonly<Record<string, string>>
}

/** Signatures and the like of clients that do not know referrers: a tag of their own, named for the digest. */
export const companionTag = /^sha256-[0-9a-f]{64}(\.(sig|att|sbom))?$/

const maxConfigBytes = 1024 * 1024
const shownReferrers = 100

export async function imageDetails(
  sources: ImageSources,
  place: RepositoryPlace,
  digest: Digest,
): Promise<ImageDetails> {
  const manifest = await read(sources, place, digest)
  if (manifest === null) return { manifests: [], referrers: [], layers: [], labels: {} }
  const images = manifest.kind === 'index' ? manifest.children.filter(child => !isAttestation(child)) : []
  const main = images[0] === undefined ? manifest : await read(sources, place, images[0].digest)
  const config = main?.config ? await readConfig(sources, main.config) : {}
  return {
    manifests: await Promise.all(images.map(child => toManifest(sources, place, child))),
    referrers: await referrersOf(sources, place, digest, manifest),
    layers: main === null ? [] : layersOf(main.layers, config),
    labels: labelsOf(config),
  }
}

/** Everything that belongs to the image: by the referrers API, beside it in its index, or under a companion tag. */
export async function referrersOf(
  sources: ImageSources,
  place: RepositoryPlace,
  digest: Digest,
  manifest?: Manifest | null,
): Promise<readonly ImageReferrer[]> {
  const known = manifest === undefined ? await read(sources, place, digest) : manifest
  const { referrers } = await sources.store.referrers({
    place,
    subject: digest,
    artifactType: null,
    after: '',
    limit: shownReferrers,
  })
  const beside = known?.kind === 'index' ? known.children.filter(isAttestation) : []
  const companions = await Promise.all(['sig', 'att', 'sbom'].map(kind => companionOf(sources, place, digest, kind)))
  const attestations = await Promise.all(beside.map(child => attestationsOf(sources, place, child)))
  return [...referrers.map(toReferrer), ...attestations.flat(), ...companions.flatMap(each => each ?? [])]
}

async function read({ store }: ImageSources, place: RepositoryPlace, digest: Digest): Promise<Manifest | null> {
  const stored = await store.manifestByDigest(place, digest)
  return stored === null ? null : parseManifest(Buffer.from(stored.payload), stored.mediaType)
}

function isAttestation({ platform }: Descriptor): boolean {
  return platform?.os === 'unknown' && platform.architecture === 'unknown'
}

async function toManifest(sources: ImageSources, place: RepositoryPlace, child: Descriptor): Promise<ImageManifest> {
  const manifest = await read(sources, place, child.digest)
  const blobs = manifest === null ? [] : [...manifest.layers, ...(manifest.config === null ? [] : [manifest.config])]
  return {
    digest: child.digest,
    media_type: child.mediaType,
    platform: platformWords(child),
    size_bytes: blobs.reduce((sum, blob) => sum + blob.sizeBytes, 0),
  }
}

function platformWords({ platform }: Descriptor): string | null {
  if (platform === null) return null
  return [platform.os, platform.architecture, platform.variant].filter(part => part !== null).join('/')
}

function toReferrer(referrer: Referrer): ImageReferrer {
  const type = referrer.artifactType ?? referrer.mediaType
  return {
    digest: referrer.digest,
    artifact_type: type,
    kind: kindOf(type),
    size_bytes: referrer.sizeBytes,
    created_at: referrer.annotations['org.opencontainers.image.created'] ?? null,
  }
}

function kindOf(type: string): ImageReferrer['kind'] {
  if (/cosign|signature|notary|\.sig\b/i.test(type)) return 'signature'
  if (/spdx|cyclonedx|syft|sbom/i.test(type)) return 'sbom'
  return /in-toto|attestation|provenance|sigstore\.bundle/i.test(type) ? 'attestation' : 'other'
}

async function attestationsOf(
  { store }: ImageSources,
  place: RepositoryPlace,
  { digest, mediaType, sizeBytes }: Descriptor,
): Promise<readonly ImageReferrer[]> {
  const stored = await store.manifestByDigest(place, digest)
  const statements = stored === null ? [] : statementsIn(stored.payload)
  if (statements.length === 0)
    return [{ digest, artifact_type: mediaType, kind: 'attestation', size_bytes: sizeBytes, created_at: null }]
  return statements.map(statement => ({
    digest,
    artifact_type: statement.predicateType,
    kind: kindOf(statement.predicateType),
    size_bytes: statement.sizeBytes,
    created_at: null,
  }))
}

async function companionOf(
  sources: ImageSources,
  place: RepositoryPlace,
  digest: Digest,
  kind: string,
): Promise<ImageReferrer | null> {
  if (!digest.startsWith('sha256:')) return null
  const stored = await sources.store.manifestByTag(place, `sha256-${hexOf(digest)}.${kind}`)
  if (stored === null) return null
  const kinds = { sig: 'signature', att: 'attestation', sbom: 'sbom' } as const
  return {
    digest: stored.digest,
    artifact_type: stored.mediaType,
    kind: kinds[kind as keyof typeof kinds],
    size_bytes: stored.payload.byteLength,
    created_at: null,
  }
}

type Config = {
  readonly config?: { readonly Labels?: Readonly<Record<string, unknown>> | null }
  readonly history?: readonly { readonly created_by?: unknown; readonly empty_layer?: unknown }[]
}

/** Empty when it is no image's config, or too large to be one. */
async function readConfig({ storage }: ImageSources, descriptor: Descriptor): Promise<Config> {
  if (descriptor.sizeBytes > maxConfigBytes) return {}
  const reader = await storage.open(descriptor.digest)
  if (reader === null) return {}
  try {
    const buffer = Buffer.alloc(Math.min(reader.sizeBytes, maxConfigBytes))
    await reader.read(buffer, 0, buffer.length)
    const value: unknown = JSON.parse(buffer.toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Config) : {}
  } catch {
    return {} // an artifact may have anything as its config
  } finally {
    await reader.close()
  }
}

/** The history has an entry for each layer, in order, and others for steps that made none. */
function layersOf(layers: readonly Descriptor[], { history }: Config): readonly ImageLayer[] {
  const steps = (Array.isArray(history) ? history : []).filter(step => step.empty_layer !== true)
  return layers.map((layer, index) => {
    const createdBy = steps.length === layers.length ? steps[index]?.created_by : undefined
    return {
      digest: layer.digest,
      size_bytes: layer.sizeBytes,
      created_by: typeof createdBy === 'string' ? createdBy : null,
    }
  })
}

function labelsOf({ config }: Config): Readonly<Record<string, string>> {
  const labels = Object.entries(config?.Labels ?? {}).filter(([, value]) => typeof value === 'string')
  return Object.fromEntries(labels.slice(0, 100)) as Record<string, string>
}
