import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { type AuditEvent, listAuditEvents } from '../../api/instance.ts'
import { useResource } from '../../api/resource.ts'
import { Loaded } from '../../ui/loading.tsx'
import { Empty } from '../../ui/notice.tsx'
import { Panel } from '../../ui/page.tsx'
import { Pager, Table } from '../../ui/table.tsx'
import { Ago } from '../../ui/time.tsx'

/** Who changed what, and from where. */
export function AuditPanel(): JSX.Element {
  const [page, setPage] = useState(1)
  const events = useResource(`audit:${page}`, signal => listAuditEvents({ page, per_page: 20 }, signal))
  return (
    <Panel title="Audit">
      <Loaded of={events}>
        {data =>
          data.items.length === 0 ? (
            <Empty icon="list" title="Nothing was changed yet" />
          ) : (
            <>
              <Table<AuditEvent>
                name="Audit"
                rows={data.items}
                keyOf={event => event.id}
                columns={[
                  { title: 'When', kind: 'narrow', cell: event => <Ago at={event.created_at} /> },
                  { title: 'Who', kind: 'narrow', cell: event => event.author_name },
                  { title: 'Did', kind: 'narrow', cell: event => actionWords(event.action) },
                  { title: 'To', kind: 'main', cell: event => <span class="clip">{event.target}</span> },
                  { title: 'From', kind: 'narrow', cell: event => <span class="mono">{event.ip_address}</span> },
                ]}
              />
              <Pager page={page} of={data} onPage={setPage} />
            </>
          )
        }
      </Loaded>
    </Panel>
  )
}

/** `createProject`, `sign_in_failed` → words. */
function actionWords(action: string): string {
  return action
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase()
}
