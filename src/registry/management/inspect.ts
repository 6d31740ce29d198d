// What an image is, for people: its platforms with their sizes, and when it was made. Attestations, which BuildKit lists
// as platform `unknown/unknown`, are told apart.
import type { Descriptor } from '../manifest.ts'
import { parseManifest } from '../manifest.ts'
import type { BlobStorage, ImageStore, RepositoryPlace, StoredManifest } from '../ports.ts'
import type { Digest } from '../reference.ts'

export type Platform = {
  readonly os: string
  readonly architecture: string
  readonly variant: string | null
  readonly digest: Digest
}

export type ImageFacts = {
  readonly platforms: readonly Platform[]
  /** Provenance and bills of materials that came with it. */
  readonly attestations: number
  readonly artifactType: string | null
  /** As its config says, which reproducible builds set to 1970. */
  readonly madeAt: string | null
  readonly referrers: number
}

const maxConfigBytes = 1024 * 1024
const referrersShown = 100

export async function inspectImage(
  deps: {
    readonly store: Pick<ImageStore, 'manifestByDigest' | 'referrers'>
    readonly storage: Pick<BlobStorage, 'open'>
  },
  place: RepositoryPlace,
  digest: Digest,
): Promise<ImageFacts | null> {
  const stored = await deps.store.manifestByDigest(place, digest)
  if (stored === null) return null
  const { referrers } = await deps.store.referrers({
    place,
    subject: digest,
    artifactType: null,
    after: '',
    limit: referrersShown,
  })
  const facts = await factsOf(deps.storage, stored)
  return { ...facts, referrers: referrers.length }
}

async function factsOf(
  storage: Pick<BlobStorage, 'open'>,
  stored: StoredManifest,
): Promise<Omit<ImageFacts, 'referrers'>> {
  const manifest = parseManifest(Buffer.from(stored.payload), stored.mediaType)
  const { artifactType } = manifest
  if (manifest.kind === 'index') {
    const platforms = manifest.children.flatMap(toPlatform)
    return { platforms, attestations: manifest.children.filter(isAttestation).length, artifactType, madeAt: null }
  }
  const config = manifest.config === null ? null : await readConfig(storage, manifest.config)
  const platforms = config === null ? [] : [{ ...config.platform, digest: stored.digest }]
  return { platforms, attestations: 0, artifactType, madeAt: config?.madeAt ?? null }
}

function isAttestation({ platform }: Descriptor): boolean {
  return platform?.os === 'unknown' && platform.architecture === 'unknown'
}

function toPlatform(child: Descriptor): readonly Platform[] {
  return child.platform === null || isAttestation(child) ? [] : [{ ...child.platform, digest: child.digest }]
}

type Config = { readonly platform: Omit<Platform, 'digest'>; readonly madeAt: string | null }

/** Null: not the config of an image (a chart's, say), or too large to be one. */
async function readConfig(storage: Pick<BlobStorage, 'open'>, config: Descriptor): Promise<Config | null> {
  if (config.sizeBytes > maxConfigBytes) return null
  const reader = await storage.open(config.digest)
  if (reader === null) return null
  try {
    const buffer = Buffer.alloc(Math.min(reader.sizeBytes, maxConfigBytes))
    await reader.read(buffer, 0, buffer.length)
    return parseConfig(buffer.toString('utf8'))
  } finally {
    await reader.close()
  }
}

function parseConfig(text: string): Config | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null // an artifact may have anything as its config
  }
  if (typeof value !== 'object' || value === null) return null
  const { os, architecture, variant, created } = value as Readonly<Record<string, unknown>>
  if (typeof os !== 'string' || typeof architecture !== 'string') return null
  const platform = { os, architecture, variant: typeof variant === 'string' ? variant : null }
  return { platform, madeAt: typeof created === 'string' ? created : null }
}
