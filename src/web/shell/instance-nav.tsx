import type { JSX } from 'preact'
import type { PageName } from '../route.ts'
import { Icon, type IconName } from '../ui/icon.tsx'

type Entry = { readonly label: string; readonly icon: IconName; readonly href: string; readonly page: PageName }

const entries: readonly Entry[] = [
  { label: 'Instance', icon: 'gear', href: '/admin', page: 'admin-instance' },
  { label: 'Users', icon: 'users', href: '/admin/users', page: 'admin-users' },
  { label: 'Groups', icon: 'folder', href: '/-/groups', page: 'groups' },
  { label: 'Runners', icon: 'runner', href: '/-/runners', page: 'all-runners' },
]

export function InstanceNav({ page }: { readonly page: PageName }): JSX.Element {
  return (
    <>
      <div class="sidebar-title">Administration</div>
      <ul>
        {entries.map(entry => (
          <li key={entry.href}>
            <a class="side" href={entry.href} aria-current={entry.page === page ? 'page' : undefined}>
              <Icon name={entry.icon} />
              {entry.label}
            </a>
          </li>
        ))}
      </ul>
    </>
  )
}
