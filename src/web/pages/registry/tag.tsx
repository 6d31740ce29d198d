import type { JSX } from 'preact'
import { readImageTag, type TagDetails } from '../../api/registry.ts'
import { useResource } from '../../api/resource.ts'
import { projectPath, repositoryPath } from '../../paths.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { Command } from '../../ui/copy.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'
import { Table } from '../../ui/table.tsx'
import { Ago } from '../../ui/time.tsx'
import { sizeWords } from '../../words.ts'
import { Digest, Pushed } from './tag-table.tsx'

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  const repository = params.repository ?? ''
  const name = params.tag ?? ''
  const tag = useResource(`image-tag:${path}:${repository}:${name}`, signal =>
    readImageTag(path, repository, name, signal),
  )
  return (
    <>
      <PageHead
        title={name}
        windowTitle={`${name}, Container Registry`}
        crumbs={[
          { label: 'Container Registry', href: projectPath(path, 'container_registry') },
          { label: 'Tags', href: repositoryPath(path, Number(repository)) },
        ]}
      />
      <Loaded of={tag}>{data => <Details path={path} tag={data} />}</Loaded>
    </>
  )
}

function Details({ path, tag }: { readonly path: string; readonly tag: TagDetails }): JSX.Element {
  const image = tag.location.slice(0, tag.location.length - tag.name.length - 1)
  return (
    <div class="stack">
      <Panel title="Pull" padded>
        <Command text={`docker pull ${tag.location}`} />
        <div class="stack-tight">
          <span class="soft small">By digest: always this very image, wherever the tag moves.</span>
          <Command text={`docker pull ${image}@${tag.digest}`} />
        </div>
      </Panel>
      <Panel title="Image" padded>
        <dl class="pairs">
          <dt>Digest</dt>
          <dd>
            <Digest of={tag.digest} />
          </dd>
          <dt>Size</dt>
          <dd>{sizeWords(tag.size_bytes)}</dd>
          <dt>Pushed</dt>
          <dd>
            <Pushed path={path} tag={tag} />
          </dd>
          <dt>Last pulled</dt>
          <dd>
            <Ago at={tag.last_pulled_at} />
          </dd>
          {tag.other_tags.length > 0 && (
            <>
              <dt>Also tagged</dt>
              <dd>{tag.other_tags.join(', ')}</dd>
            </>
          )}
          <dt>Media type</dt>
          <dd class="mono">{tag.media_type}</dd>
        </dl>
      </Panel>
      {tag.manifests.length > 0 && <Platforms of={tag} />}
      {tag.referrers.length > 0 && <Referrers of={tag} />}
      {tag.layers.length > 0 && <Layers of={tag} />}
      {Object.keys(tag.labels).length > 0 && <Labels of={tag} />}
    </div>
  )
}

function Platforms({ of }: { readonly of: TagDetails }): JSX.Element {
  return (
    <Panel title="Platforms">
      <Table
        name="Platforms"
        rows={of.manifests}
        keyOf={manifest => manifest.digest}
        columns={[
          {
            title: 'Platform',
            kind: 'main',
            cell: manifest => <span class="strong">{manifest.platform ?? 'not told'}</span>,
          },
          { title: 'Digest', kind: 'narrow', cell: manifest => <Digest of={manifest.digest} /> },
          { title: 'Size', kind: 'right', cell: manifest => sizeWords(manifest.size_bytes) },
        ]}
      />
    </Panel>
  )
}

const kinds: Readonly<Record<string, string>> = {
  signature: 'Signature',
  attestation: 'Attestation',
  sbom: 'Bill of materials',
  other: 'Other',
}

/** What belongs to the image and is no image of its own. */
function Referrers({ of }: { readonly of: TagDetails }): JSX.Element {
  return (
    <Panel title="Signatures and attestations">
      <Table
        name="Signatures and attestations"
        rows={of.referrers}
        keyOf={referrer => `${referrer.digest} ${referrer.artifact_type}`}
        columns={[
          { title: 'Kind', kind: 'narrow', cell: referrer => kinds[referrer.kind] },
          { title: 'Type', kind: 'main', cell: referrer => <span class="mono clip">{referrer.artifact_type}</span> },
          { title: 'Digest', kind: 'narrow', cell: referrer => <Digest of={referrer.digest} /> },
          { title: 'Size', kind: 'right', cell: referrer => sizeWords(referrer.size_bytes) },
          {
            title: 'Made',
            kind: 'narrow',
            cell: referrer =>
              referrer.created_at ? <Ago at={referrer.created_at} /> : <span class="faint">with the image</span>,
          },
        ]}
      />
    </Panel>
  )
}

function Layers({ of }: { readonly of: TagDetails }): JSX.Element {
  return (
    <Panel title="Layers">
      <Table
        name="Layers"
        rows={of.layers.map((layer, index) => ({ ...layer, index }))}
        keyOf={layer => layer.index}
        columns={[
          {
            title: 'Made by',
            kind: 'main',
            cell: layer => (
              <span class="mono clip" title={layer.created_by ?? undefined}>
                {layer.created_by ?? layer.digest}
              </span>
            ),
          },
          { title: 'Digest', kind: 'narrow', cell: layer => <Digest of={layer.digest} /> },
          { title: 'Size', kind: 'right', cell: layer => sizeWords(layer.size_bytes) },
        ]}
      />
    </Panel>
  )
}

function Labels({ of }: { readonly of: TagDetails }): JSX.Element {
  return (
    <Panel title="Labels" padded>
      <dl class="pairs">
        {Object.entries(of.labels).map(([key, value]) => (
          <>
            <dt class="mono">{key}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
    </Panel>
  )
}
