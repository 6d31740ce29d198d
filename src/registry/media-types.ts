// The media types of manifests that are taken, and what each of them is.

export const imageManifest = 'application/vnd.oci.image.manifest.v1+json'
export const imageIndex = 'application/vnd.oci.image.index.v1+json'
export const dockerManifest = 'application/vnd.docker.distribution.manifest.v2+json'
export const dockerManifestList = 'application/vnd.docker.distribution.manifest.list.v2+json'

export const manifestKinds = {
  [imageManifest]: 'image',
  [imageIndex]: 'index',
  [dockerManifest]: 'image',
  [dockerManifestList]: 'index',
} as const
export type ManifestMediaType = keyof typeof manifestKinds
export type ManifestKind = (typeof manifestKinds)[ManifestMediaType]

export function isManifestMediaType(text: string): text is ManifestMediaType {
  return Object.hasOwn(manifestKinds, text)
}

/** The type without its parameters, in lower case: `Application/JSON; charset=utf-8` is `application/json`. */
export function bareMediaType(header: string | undefined): string {
  return (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}
