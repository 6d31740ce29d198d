import type { JSX } from 'preact'
import type { TagRow } from '../../api/registry.ts'
import { commitPath, jobPath, pipelinePath, repositoryPath } from '../../paths.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Icon } from '../../ui/icon.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { Ago } from '../../ui/time.tsx'
import { countWords, shortDigest, shortSha, sizeWords } from '../../words.ts'

type TagTableProps = {
  readonly path: string
  readonly repository: number
  readonly rows: readonly TagRow[]
  readonly mayDelete: boolean
  readonly selected: ReadonlySet<string>
  readonly onSelect: (names: ReadonlySet<string>) => void
  readonly onDelete: (names: readonly string[]) => void
}

export function TagTable({
  path,
  repository,
  rows,
  mayDelete,
  selected,
  onSelect,
  onDelete,
}: TagTableProps): JSX.Element {
  function toggle(name: string, on: boolean): void {
    const next = new Set(selected)
    if (on) next.add(name)
    else next.delete(name)
    onSelect(next)
  }
  const columns: Column<TagRow>[] = [
    {
      title: 'Tag',
      kind: 'main',
      cell: tag => (
        <Name
          path={path}
          repository={repository}
          tag={tag}
          mayDelete={mayDelete}
          isSelected={selected.has(tag.name)}
          onToggle={toggle}
        />
      ),
    },
    { title: 'Digest', kind: 'narrow', cell: tag => <Digest of={tag.digest} /> },
    { title: 'Size', kind: 'right', cell: tag => <span class="number nowrap">{sizeWords(tag.size_bytes)}</span> },
    { title: 'Pushed', kind: 'narrow', cell: tag => <Pushed path={path} tag={tag} /> },
    { title: 'Pulled', kind: 'narrow', cell: tag => <Ago at={tag.last_pulled_at} /> },
  ]
  if (mayDelete) {
    columns.push({
      title: '',
      kind: 'actions',
      cell: tag =>
        tag.kept_because === null && (
          <Button small kind="quiet" icon="trash" label={`Delete ${tag.name}`} onClick={() => onDelete([tag.name])} />
        ),
    })
  }
  return (
    <Table<TagRow>
      name="Tags"
      rows={rows}
      columns={columns}
      keyOf={tag => tag.name}
      isSelected={tag => selected.has(tag.name)}
    />
  )
}

type NameProps = {
  readonly path: string
  readonly repository: number
  readonly tag: TagRow
  readonly mayDelete: boolean
  readonly isSelected: boolean
  readonly onToggle: (name: string, on: boolean) => void
}

function Name({ path, repository, tag, mayDelete, isSelected, onToggle }: NameProps): JSX.Element {
  return (
    <div class="tag-name">
      {mayDelete && (
        <input
          type="checkbox"
          aria-label={`Select ${tag.name}`}
          checked={isSelected}
          disabled={tag.kept_because !== null}
          onChange={event => onToggle(tag.name, event.currentTarget.checked)}
        />
      )}
      <div class="two-lines">
        <span class="row">
          <a class="strong" href={repositoryPath(path, repository, tag.name)}>
            {tag.name}
          </a>
          <CopyButton text={`docker pull ${tag.location}`} label={`Copy the pull command of ${tag.name}`} />
          {mayDelete && tag.kept_because !== null && (
            <span class="tag" title={tag.kept_because}>
              protected
            </span>
          )}
        </span>
        <span class="facts">
          {tag.platforms.length > 0 && <span>{tag.platforms.join(', ')}</span>}
          {tag.signatures > 0 && (
            <span>
              <Icon name="shield" size={12} /> signed
            </span>
          )}
          {tag.attestations > 0 && <span>{countWords(tag.attestations, 'attestation')}</span>}
        </span>
      </div>
    </div>
  )
}

export function Digest({ of }: { readonly of: string }): JSX.Element {
  return (
    <span class="row nowrap">
      <span class="mono" title={of}>
        {shortDigest(of)}
      </span>
      <CopyButton text={of} label="Copy the digest" />
    </span>
  )
}

/** When, and by whom: the job with its pipeline and commit, or the person. */
export function Pushed({ path, tag }: { readonly path: string; readonly tag: TagRow }): JSX.Element {
  return (
    <div class="two-lines">
      <Ago at={tag.pushed_at} />
      <span class="facts">
        {tag.job ? (
          <a href={jobPath(path, tag.job.id)}>{tag.job.name}</a>
        ) : (
          <span>{tag.user?.name ?? tag.pushed_by}</span>
        )}
        {tag.pipeline_id !== null && <a href={pipelinePath(path, tag.pipeline_id)}>#{tag.pipeline_id}</a>}
        {tag.commit_sha !== null && (
          <a class="mono" href={commitPath(path, tag.commit_sha)}>
            {shortSha(tag.commit_sha)}
          </a>
        )}
        {tag.job && tag.user && <span>{tag.user.name}</span>}
      </span>
    </div>
  )
}
