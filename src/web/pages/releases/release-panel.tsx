import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import type { Release, ReleaseLink } from '../../api/releases.ts'
import { CommitLink, RefLink } from '../../ci/refs.tsx'
import { releasePath } from '../../paths.ts'
import { parseMarkdown } from '../../prose/markdown.ts'
import { Markdown } from '../../prose/markdown-view.tsx'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { Person } from '../../ui/person.tsx'
import { Ago } from '../../ui/time.tsx'
import './releases.css'

type ReleasePanelProps = { readonly path: string; readonly release: Release }

/** A release: what it is called, what is new in it, and what one downloads of it. */
export function ReleasePanel({ path, release }: ReleasePanelProps): JSX.Element {
  const notes = useMemo(() => parseMarkdown(release.description).map(below), [release.description])
  return (
    <section class="panel">
      <div class="panel-head">
        <h2 class="release-name">
          <a href={releasePath(path, release.tag_name)}>{release.name}</a>
        </h2>
        {release.upcoming_release && <span class="tag">upcoming</span>}
      </div>
      <div class="panel-body stack">
        <div class="facts">
          <RefLink project={path} name={release.tag_name} isTag />
          {release.commit && <CommitLink project={path} sha={release.commit.id} />}
          <Person of={release.author} />
          <span>
            {release.upcoming_release ? 'planned for' : 'released'} <Ago at={release.released_at} />
          </span>
          {release.milestones.map(({ title }) => (
            <span key={title}>milestone {title}</span>
          ))}
        </div>
        {notes.length > 0 && <Markdown blocks={notes} hrefOf={webAddress} />}
        {release.assets.links.length > 0 && <Assets of={release.assets.links} />}
      </div>
    </section>
  )
}

const icons: Readonly<Record<string, IconName>> = { image: 'box', package: 'download', runbook: 'book' }

function Assets({ of }: { readonly of: readonly ReleaseLink[] }): JSX.Element {
  return (
    <ul class="release-assets" aria-label="To download">
      {of.map(link => (
        <li key={link.id}>
          <Icon name={icons[link.link_type] ?? 'link'} size={14} />
          <AssetLink of={link} />
        </li>
      ))}
    </ul>
  )
}

function AssetLink({ of: { name, url } }: { readonly of: ReleaseLink }): JSX.Element {
  const href = webAddress(url)
  return href === null ? (
    <span>{name}</span>
  ) : (
    <a href={href} rel="noreferrer">
      {name}
    </a>
  )
}

/** The notes stand below the name of the release: their headings are smaller than its own. */
function below(block: ReturnType<typeof parseMarkdown>[number]) {
  return block.kind === 'heading' ? { ...block, level: 3, id: undefined } : block
}

function webAddress(href: string): string | null {
  return /^https?:\/\//.test(href) ? href : null
}
