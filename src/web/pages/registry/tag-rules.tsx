import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { createTagRule, deleteTagRule, listTagRules, type TagRule } from '../../api/registry.ts'
import { useResource } from '../../api/resource.ts'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { SelectField, TextField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { Panel } from '../../ui/page.tsx'
import { Table } from '../../ui/table.tsx'

const levels = [
  { value: 'maintainer', label: 'Maintainers and above' },
  { value: 'owner', label: 'Owners' },
  { value: 'admin', label: 'Administrators' },
  { value: '', label: 'Nobody: the tag never changes' },
] as const

function levelWords(level: string | null): string {
  return levels.find(each => each.value === (level ?? ''))?.label ?? level ?? ''
}

/** Tags that only some may push or delete, or that never change. */
export function TagRules({ path }: { readonly path: string }): JSX.Element {
  const rules = useResource(`tag-rules:${path}`, signal => listTagRules(path, signal))
  const [isAdding, setAdding] = useState(false)
  const reload = (): void => void rules.reload()

  async function remove(rule: TagRule): Promise<void> {
    if (
      !(await confirm({
        title: `Stop protecting ${rule.tag_name_pattern}?`,
        body: <p>Developers may push and delete these tags then.</p>,
        action: 'Stop protecting',
      }))
    )
      return
    await attempt(async () => {
      await deleteTagRule(path, rule.id)
      return 'The rule was deleted.'
    })
    reload()
  }

  return (
    <Panel
      title="Protected tags"
      actions={
        <Button small icon="plus" onClick={() => setAdding(true)}>
          Protect tags
        </Button>
      }
    >
      <Loaded of={rules} rows={2}>
        {rows =>
          rows.length === 0 ? (
            <Empty icon="shield" title="No tag is protected">
              <p class="empty-text">
                Whoever may push may move and delete any tag. Protect releases, so that a version always means the same
                image.
              </p>
            </Empty>
          ) : (
            <Table<TagRule>
              name="Protected tags"
              rows={rows}
              keyOf={rule => rule.id}
              columns={[
                {
                  title: 'Tags that match',
                  kind: 'main',
                  cell: rule => <span class="mono strong">{rule.tag_name_pattern}</span>,
                },
                { title: 'May push', cell: rule => levelWords(rule.minimum_access_level_for_push) },
                { title: 'May delete', cell: rule => levelWords(rule.minimum_access_level_for_delete) },
                {
                  title: '',
                  kind: 'actions',
                  cell: rule => (
                    <Button
                      small
                      kind="quiet"
                      icon="trash"
                      label={`Stop protecting ${rule.tag_name_pattern}`}
                      onClick={() => void remove(rule)}
                    />
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
      {isAdding && <NewRule path={path} onClose={() => setAdding(false)} onDone={reload} />}
    </Panel>
  )
}

function NewRule({
  path,
  onClose,
  onDone,
}: {
  readonly path: string
  readonly onClose: () => void
  readonly onDone: () => void
}): JSX.Element {
  const [pattern, setPattern] = useState('')
  const [push, setPush] = useState('maintainer')
  const [remove, setRemove] = useState('maintainer')
  const [busy, setBusy] = useState(false)

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setBusy(true)
    const done = await attempt(async () => {
      await createTagRule(path, {
        tag_name_pattern: pattern,
        minimum_access_level_for_push: push === '' ? null : push,
        minimum_access_level_for_delete: remove === '' ? null : remove,
      })
      return `Tags that match ${pattern} are protected.`
    })
    setBusy(false)
    if (!done) return
    onDone()
    onClose()
  }

  return (
    <Dialog title="Protect tags" onClose={onClose}>
      <form class="stack" onSubmit={event => void submit(event)}>
        <TextField
          label="Tags that match"
          value={pattern}
          onInput={setPattern}
          mono
          required
          focus
          hint="A regular expression, for example ^v\d+\.\d+\.\d+$"
        />
        <SelectField label="May push" value={push} choices={levels} onChange={setPush} />
        <SelectField label="May delete" value={remove} choices={levels} onChange={setRemove} />
        <div class="dialog-actions">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" kind="primary" busy={busy}>
            Protect
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
