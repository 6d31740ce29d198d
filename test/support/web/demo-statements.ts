// What tools attach to an image: a signature, where it came from, and what is in it. As cosign and oras push them.
import {
  content,
  createRegistryClient,
  descriptor,
  ociManifest,
  pushBlob,
  putManifest,
} from '../registry/registry-client.ts'
import type { Slipway } from '../slipway.ts'

const empty = 'application/vnd.oci.empty.v1+json'
const statements: readonly (readonly [string, string])[] = [
  ['application/vnd.dev.cosign.artifact.sig.v1+json', '{"critical":{"type":"cosign container image signature"}}'],
  [
    'application/vnd.in-toto+json',
    '{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://slsa.dev/provenance/v1"}',
  ],
  ['application/spdx+json', '{"spdxVersion":"SPDX-2.3","name":"backend","packages":[]}'],
]

export async function attachStatements(slipway: Slipway, repository: string, tag: string): Promise<void> {
  const client = createRegistryClient(slipway.url, { username: 'root', password: slipway.rootToken })
  try {
    const { body, headers } = await client.send('GET', `/v2/${repository}/manifests/${tag}`, {
      headers: { accept: `${ociManifest}, application/vnd.docker.distribution.manifest.v2+json` },
    })
    const mediaType = headers['content-type'] ?? ociManifest
    const subject = descriptor(content(body), mediaType)
    const config = content('{}')
    await pushBlob(client, repository, config)
    for (const [artifactType, text] of statements) {
      const statement = content(text)
      await pushBlob(client, repository, statement)
      const manifest = content(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: ociManifest,
          artifactType,
          config: descriptor(config, empty),
          layers: [descriptor(statement, artifactType)],
          subject,
          annotations: { 'org.opencontainers.image.created': new Date().toISOString() },
        }),
      )
      const reply = await putManifest(client, repository, manifest.digest, manifest)
      if (reply.status !== 201) throw new Error(`PUT of ${artifactType} said ${reply.status}: ${reply.body}`)
    }
  } finally {
    client.close()
  }
}
