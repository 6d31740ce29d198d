import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { roleName } from '../../api/members.ts'
import {
  listProtectedBranches,
  listProtectedTags,
  type ProtectedBranch,
  type ProtectedTag,
  protectBranch,
  protectTag,
  unprotectBranch,
  unprotectTag,
} from '../../api/protected-refs.ts'
import { useResource } from '../../api/resource.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'
import { Table } from '../../ui/table.tsx'
import { ProtectDialog } from './protect-dialog.tsx'

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  return (
    <>
      <PageHead title="Protected branches and tags" windowTitle={`Protection of ${path}`}>
        <p class="soft">Jobs of protected refs get protected variables and may use protected runners.</p>
      </PageHead>
      <div class="stack">
        <Branches path={path} />
        <Tags path={path} />
      </div>
    </>
  )
}

function Branches({ path }: { readonly path: string }): JSX.Element {
  const branches = useResource(`protected-branches:${path}`, signal => listProtectedBranches(path, signal))
  const [isAdding, setAdding] = useState(false)
  const reload = (): void => void branches.reload()

  async function remove(branch: ProtectedBranch): Promise<void> {
    if (!(await askToUnprotect(branch.name))) return
    await attempt(async () => {
      await unprotectBranch(path, branch.name)
      return `${branch.name} is not protected any more.`
    })
    reload()
  }

  return (
    <Panel
      title="Branches"
      actions={
        <Button small icon="plus" onClick={() => setAdding(true)}>
          Protect branch
        </Button>
      }
    >
      <Loaded of={branches} rows={3}>
        {rows =>
          rows.length === 0 ? (
            <Empty icon="shield" title="No branch is protected" />
          ) : (
            <Table<ProtectedBranch>
              name="Protected branches"
              rows={rows}
              keyOf={branch => branch.name}
              columns={[
                { title: 'Branch', kind: 'main', cell: branch => <span class="mono strong">{branch.name}</span> },
                { title: 'May push', cell: branch => levelWords(branch.push_access_levels[0]?.access_level) },
                {
                  title: 'Force push',
                  kind: 'narrow',
                  cell: branch => (branch.allow_force_push ? 'allowed' : 'refused'),
                },
                {
                  title: '',
                  kind: 'actions',
                  cell: branch => (
                    <Button
                      small
                      kind="quiet"
                      icon="trash"
                      label={`Stop protecting ${branch.name}`}
                      onClick={() => void remove(branch)}
                    />
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
      {isAdding && (
        <ProtectDialog
          kind="branch"
          onClose={() => setAdding(false)}
          onProtect={async ({ name, level, allowForcePush }) => {
            await protectBranch(path, { name, push_access_level: level, allow_force_push: allowForcePush })
            reload()
            return `${name} is protected.`
          }}
        />
      )}
    </Panel>
  )
}

function Tags({ path }: { readonly path: string }): JSX.Element {
  const tags = useResource(`protected-tags:${path}`, signal => listProtectedTags(path, signal))
  const [isAdding, setAdding] = useState(false)
  const reload = (): void => void tags.reload()

  async function remove(tag: ProtectedTag): Promise<void> {
    if (!(await askToUnprotect(tag.name))) return
    await attempt(async () => {
      await unprotectTag(path, tag.name)
      return `${tag.name} is not protected any more.`
    })
    reload()
  }

  return (
    <Panel
      title="Tags"
      actions={
        <Button small icon="plus" onClick={() => setAdding(true)}>
          Protect tag
        </Button>
      }
    >
      <Loaded of={tags} rows={3}>
        {rows =>
          rows.length === 0 ? (
            <Empty icon="shield" title="No tag is protected">
              <p class="empty-text">
                Whoever may push may make any tag. Protect <code>v*</code> to leave releases to maintainers.
              </p>
            </Empty>
          ) : (
            <Table<ProtectedTag>
              name="Protected tags"
              rows={rows}
              keyOf={tag => tag.name}
              columns={[
                { title: 'Tag', kind: 'main', cell: tag => <span class="mono strong">{tag.name}</span> },
                { title: 'May make it', cell: tag => levelWords(tag.create_access_levels[0]?.access_level) },
                {
                  title: '',
                  kind: 'actions',
                  cell: tag => (
                    <Button
                      small
                      kind="quiet"
                      icon="trash"
                      label={`Stop protecting ${tag.name}`}
                      onClick={() => void remove(tag)}
                    />
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
      {isAdding && (
        <ProtectDialog
          kind="tag"
          onClose={() => setAdding(false)}
          onProtect={async ({ name, level }) => {
            await protectTag(path, { name, create_access_level: level })
            reload()
            return `${name} is protected.`
          }}
        />
      )}
    </Panel>
  )
}

function levelWords(level: number | null | undefined): string {
  if (level === 0 || level === null || level === undefined) return 'Nobody'
  return level === 60 ? 'Administrators' : `${roleName(level)}s and above`
}

function askToUnprotect(name: string): Promise<boolean> {
  const body = <p>Every developer may push to it then, and its jobs get no protected variables any more.</p>
  return confirm({ title: `Stop protecting ${name}?`, body, action: 'Stop protecting' })
}
