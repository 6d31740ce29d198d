// What a manifest means to the registry: which blobs and manifests it needs, what it is attached to. The bytes themselves
// are stored and served as they came; this only reads them.
import { RegistryError } from './errors.ts'
import {
  bareMediaType,
  isManifestMediaType,
  type ManifestKind,
  type ManifestMediaType,
  manifestKinds,
} from './media-types.ts'
import { type Digest, isDigest } from './reference.ts'

export const maxManifestBytes = 4 * 1024 * 1024
const maxDescriptors = 10_000

export type Descriptor = {
  readonly digest: Digest
  readonly sizeBytes: number
  readonly mediaType: string
  /** Has `urls`: lies elsewhere, and need not be here. */
  readonly isForeign: boolean
  readonly platform: { readonly os: string; readonly architecture: string; readonly variant: string | null } | null
}

export type Manifest = {
  readonly mediaType: ManifestMediaType
  readonly kind: ManifestKind
  readonly config: Descriptor | null
  readonly layers: readonly Descriptor[]
  /** Of an index; normally manifests, in BuildKit's older caches also blobs. */
  readonly children: readonly Descriptor[]
  readonly subject: Digest | null
  /** Its own `artifactType`, else for an image the media type of its config. */
  readonly artifactType: string | null
  readonly annotations: Readonly<Record<string, string>>
}

/** Reads a manifest of at most `maxManifestBytes`. @throws RegistryError MANIFEST_INVALID with the field at fault */
export function parseManifest(bytes: Buffer, contentType: string | undefined): Manifest {
  const fields = readJson(bytes)
  const mediaType = readMediaType(fields, contentType)
  const kind = manifestKinds[mediaType]
  if (fields.schemaVersion !== 2)
    throw invalid(`schemaVersion: expected 2, found ${JSON.stringify(fields.schemaVersion)}`)
  refuseMixture(fields, kind)
  const config = kind === 'image' ? readDescriptor(fields.config, 'config') : null
  const ownType = readText(fields.artifactType, 'artifactType')
  return {
    mediaType,
    kind,
    config,
    layers: kind === 'image' ? readDescriptors(fields.layers, 'layers') : [],
    children: kind === 'index' ? readDescriptors(fields.manifests, 'manifests') : [],
    subject:
      fields.subject === undefined || fields.subject === null ? null : readDescriptor(fields.subject, 'subject').digest,
    artifactType: ownType ?? config?.mediaType ?? null,
    annotations: readAnnotations(fields.annotations),
  }
}

/** The blobs without which the manifest is refused. */
export function neededBlobs(manifest: Manifest): readonly Descriptor[] {
  const blobs = manifest.config === null ? manifest.layers : [manifest.config, ...manifest.layers]
  return blobs.filter(blob => !blob.isForeign)
}

type Fields = Readonly<Record<string, unknown>>

function readJson(bytes: Buffer): Fields {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw new RegistryError('MANIFEST_INVALID', 'manifest is not JSON', { cause })
  }
  if (!isFields(value)) throw invalid('expected a JSON object')
  return value
}

function readMediaType(fields: Fields, contentType: string | undefined): ManifestMediaType {
  const inHeader = bareMediaType(contentType)
  const inBody = readText(fields.mediaType, 'mediaType')?.toLowerCase() ?? ''
  if (fields.schemaVersion === 1) throw invalid('schema1 manifests are not supported; push with a newer client')
  if (inHeader !== '' && inBody !== '' && inHeader !== inBody) {
    throw invalid(`Content-Type is ${inHeader}, but the manifest's mediaType is ${inBody}`)
  }
  const mediaType = inHeader || inBody
  if (!isManifestMediaType(mediaType)) throw invalid(`media type '${mediaType.slice(0, 200)}' is not supported`)
  return mediaType
}

/** CVE-2021-41190: one document that is an image to one client and an index to another. */
function refuseMixture(fields: Fields, kind: ManifestKind): void {
  const foreign = kind === 'image' ? ['manifests'] : ['config', 'layers']
  const found = foreign.find(field => fields[field] !== undefined)
  if (found !== undefined) throw invalid(`${found}: does not belong into an ${kind}`)
}

function readDescriptors(value: unknown, field: string): readonly Descriptor[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw invalid(`${field}: expected a list`)
  if (value.length > maxDescriptors) throw invalid(`${field}: more than ${maxDescriptors} entries`)
  return value.map((entry: unknown, index) => readDescriptor(entry, `${field}[${index}]`))
}

function readDescriptor(value: unknown, field: string): Descriptor {
  if (!isFields(value)) throw invalid(`${field}: expected a descriptor`)
  const { digest, size, urls } = value
  if (typeof digest !== 'string' || !isDigest(digest))
    throw invalid(`${field}.digest: expected a sha256 or sha512 digest`)
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw invalid(`${field}.size: expected a number of bytes`)
  return {
    digest,
    sizeBytes: size,
    mediaType: readText(value.mediaType, `${field}.mediaType`) ?? '',
    isForeign: Array.isArray(urls) && urls.length > 0,
    platform: readPlatform(value.platform),
  }
}

function readPlatform(value: unknown): Descriptor['platform'] {
  if (!isFields(value)) return null
  const { os, architecture, variant } = value
  if (typeof os !== 'string' || typeof architecture !== 'string') return null
  return { os, architecture, variant: typeof variant === 'string' ? variant : null }
}

function readAnnotations(value: unknown): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {}
  if (!isFields(value)) throw invalid('annotations: expected an object')
  const isText = (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === 'string'
  const entries = Object.entries(value)
  if (!entries.every(isText)) throw invalid('annotations: expected texts')
  return Object.fromEntries(entries)
}

function readText(value: unknown, field: string): string | null {
  if (value === undefined || value === null || value === '') return null
  if (typeof value !== 'string') throw invalid(`${field}: expected a text`)
  return value
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(message: string): RegistryError {
  return new RegistryError('MANIFEST_INVALID', `manifest invalid: ${message}`)
}
