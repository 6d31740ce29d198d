import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useResource } from '../../api/resource.ts'
import { deleteVariable, listVariables, type Variable } from '../../api/variables.ts'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { Panel } from '../../ui/page.tsx'
import { Table } from '../../ui/table.tsx'
import { countWords } from '../../words.ts'
import { VariableDialog } from './variable-dialog.tsx'

type VariableListProps = {
  /** `projects/7`, `groups/3` or `admin/ci`. */
  readonly base: string
  readonly hasScopes: boolean
  readonly title?: string
}

export function VariableList({ base, hasScopes, title }: VariableListProps): JSX.Element {
  const variables = useResource(`variables:${base}`, signal => listVariables(base, signal))
  const [editing, setEditing] = useState<Variable | 'new' | null>(null)
  const reload = (): void => void variables.reload()

  async function remove(variable: Variable): Promise<void> {
    const body = <p>Jobs that start from now on do not get it. Its value cannot be had back.</p>
    if (!(await confirm({ title: `Delete ${variable.key}?`, body, action: 'Delete variable' }))) return
    await attempt(async () => {
      await deleteVariable(base, variable)
      return `${variable.key} was deleted.`
    })
    reload()
  }

  return (
    <>
      <Panel
        title={title ?? countWords(variables.data?.length ?? 0, 'variable')}
        actions={
          <Button small icon="plus" onClick={() => setEditing('new')}>
            Add variable
          </Button>
        }
      >
        <Loaded of={variables}>
          {rows =>
            rows.length === 0 ? (
              <Empty icon="key" title="No variable yet">
                <p class="empty-text">
                  A password, a token, the name of a server: what a job needs and the repository should not hold.
                </p>
              </Empty>
            ) : (
              <Table<Variable>
                name="Variables"
                rows={rows}
                keyOf={variable => `${variable.key} ${variable.environment_scope ?? ''}`}
                columns={[
                  { title: 'Key', kind: 'main', cell: variable => <Key of={variable} /> },
                  { title: 'Value', cell: variable => <Value of={variable} /> },
                  ...(hasScopes
                    ? [
                        {
                          title: 'Environments',
                          kind: 'narrow' as const,
                          cell: (variable: Variable) => scopeOf(variable),
                        },
                      ]
                    : []),
                  {
                    title: '',
                    kind: 'actions',
                    cell: variable => (
                      <span class="row">
                        <Button
                          small
                          kind="quiet"
                          icon="edit"
                          label={`Change ${variable.key}`}
                          onClick={() => setEditing(variable)}
                        />
                        <Button
                          small
                          kind="quiet"
                          icon="trash"
                          label={`Delete ${variable.key}`}
                          onClick={() => void remove(variable)}
                        />
                      </span>
                    ),
                  },
                ]}
              />
            )
          }
        </Loaded>
      </Panel>
      {editing !== null && (
        <VariableDialog
          base={base}
          before={editing === 'new' ? null : editing}
          hasScopes={hasScopes}
          onClose={() => setEditing(null)}
          onDone={reload}
        />
      )}
    </>
  )
}

function scopeOf(variable: Variable): string {
  return variable.environment_scope === '*' || variable.environment_scope === undefined
    ? 'all'
    : variable.environment_scope
}

function Key({ of }: { readonly of: Variable }): JSX.Element {
  return (
    <div class="two-lines">
      <span class="mono strong clip">{of.key}</span>
      <span class="row">
        {of.variable_type === 'file' && <span class="tag">file</span>}
        {of.protected && <span class="tag">protected</span>}
        {of.masked && <span class="tag">masked</span>}
        {of.hidden && <span class="tag">hidden</span>}
        {of.raw && <span class="tag">raw</span>}
        {of.description && <span class="soft small">{of.description}</span>}
      </span>
    </div>
  )
}

/** Values of type file and masked ones are not shown. Others are, when one asks. */
function Value({ of }: { readonly of: Variable }): JSX.Element {
  const [shown, setShown] = useState(false)
  if (of.hidden || of.value === null) return <span class="faint">hidden</span>
  if (of.variable_type === 'file') return <span class="faint">file</span>
  if (of.masked) return <span class="faint">••••••••</span>
  if (!shown) {
    return (
      <Button small onClick={() => setShown(true)}>
        Show
      </Button>
    )
  }
  return <span class="mono">{of.value === '' ? '(empty)' : of.value}</span>
}
