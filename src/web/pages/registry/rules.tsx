import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { deleteRule, listRules, type Rule, type RuleKind } from '../../api/registry-rules.ts'
import { useResource } from '../../api/resource.ts'
import { attempt } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { confirm } from '../../ui/confirm.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { Panel } from '../../ui/page.tsx'
import { Table } from '../../ui/table.tsx'
import { NewRule } from './new-rule.tsx'
import { levelWords, ruleWords } from './rule-words.ts'

/** Tags or repositories that only some may push or delete, or that never change. */
export function Rules({ path, kind }: { readonly path: string; readonly kind: RuleKind }): JSX.Element {
  const words = ruleWords[kind]
  const rules = useResource(`registry-rules:${kind}:${path}`, signal => listRules(path, kind, signal))
  const [isAdding, setAdding] = useState(false)
  const reload = (): void => void rules.reload()

  async function remove(rule: Rule): Promise<void> {
    const question = {
      title: `Stop protecting ${rule.pattern}?`,
      body: <p>Developers may push and delete these {words.things} then.</p>,
      action: 'Stop protecting',
    }
    if (!(await confirm(question))) return
    await attempt(async () => {
      await deleteRule(path, kind, rule.id)
      return 'The rule was deleted.'
    })
    reload()
  }

  return (
    <Panel
      title={words.title}
      actions={
        <Button small icon="plus" onClick={() => setAdding(true)}>
          {words.action}
        </Button>
      }
    >
      <Loaded of={rules} rows={2}>
        {rows =>
          rows.length === 0 ? (
            <Empty icon="shield" title={words.none}>
              <p class="empty-text">{words.advice}</p>
            </Empty>
          ) : (
            <Table<Rule>
              name={words.title}
              rows={rows}
              keyOf={rule => rule.id}
              columns={[
                { title: words.pattern, kind: 'main', cell: rule => <span class="mono strong">{rule.pattern}</span> },
                { title: 'May push', cell: rule => levelWords(kind, rule, 'push') },
                { title: 'May delete', cell: rule => levelWords(kind, rule, 'delete') },
                {
                  title: '',
                  kind: 'actions',
                  cell: rule => (
                    <Button
                      small
                      kind="quiet"
                      icon="trash"
                      label={`Stop protecting ${rule.pattern}`}
                      onClick={() => void remove(rule)}
                    />
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
      {isAdding && <NewRule path={path} kind={kind} onClose={() => setAdding(false)} onDone={reload} />}
    </Panel>
  )
}
