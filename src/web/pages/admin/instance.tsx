import type { JSX } from 'preact'
import { PageHead } from '../../ui/page.tsx'
import { VariableList } from '../settings/variable-list.tsx'
import { AuditPanel } from './audit.tsx'
import { QueuePanel } from './queue.tsx'
import { SettingsPanel } from './settings.tsx'
import { StoragePanel } from './storage.tsx'

export function Page(): JSX.Element {
  return (
    <>
      <PageHead title="Instance" />
      <div class="stack">
        <QueuePanel />
        <StoragePanel />
        <SettingsPanel />
        <VariableList base="admin/ci" hasScopes={false} title="Variables of all projects" />
        <AuditPanel />
      </div>
    </>
  )
}
