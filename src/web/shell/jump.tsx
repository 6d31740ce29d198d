// Jump to a project or page by a few letters of its name.
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso/router'
import { listProjects } from '../api/projects.ts'
import { projectPath } from '../paths.ts'
import { currentUser } from '../session.ts'
import { Dialog } from '../ui/dialog.tsx'
import { Icon, type IconName } from '../ui/icon.tsx'
import './jump.css'

type Place = { readonly label: string; readonly note: string; readonly href: string; readonly icon: IconName }

const instancePlaces: readonly Place[] = [
  { label: 'Overview', note: '', href: '/', icon: 'home' },
  { label: 'Projects', note: '', href: '/-/projects', icon: 'folder' },
  { label: 'New project', note: '', href: '/-/projects/new', icon: 'plus' },
  { label: 'Groups', note: '', href: '/-/groups', icon: 'folder' },
  { label: 'Access tokens', note: '', href: '/-/access-tokens', icon: 'lock' },
  { label: 'Help', note: '', href: '/help', icon: 'book' },
  { label: 'API reference', note: '', href: '/-/api', icon: 'link' },
]
const adminPlaces: readonly Place[] = [
  { label: 'Administration', note: '', href: '/admin', icon: 'gear' },
  { label: 'Users', note: '', href: '/admin/users', icon: 'users' },
  { label: 'Runners', note: '', href: '/-/runners', icon: 'runner' },
]
const projectPages: readonly (readonly [string, string, IconName])[] = [
  ['Pipelines', 'pipelines', 'pipeline'],
  ['Run pipeline', 'pipelines/new', 'play'],
  ['Container Registry', 'container_registry', 'box'],
  ['Branches', 'branches', 'branch'],
  ['Commits', 'commits', 'commit'],
  ['CI lint', 'ci/lint', 'edit'],
  ['Variables', 'settings/variables', 'key'],
  ['Settings', 'settings/general', 'gear'],
]

export function Jump({
  project,
  onClose,
}: {
  readonly project: string | undefined
  readonly onClose: () => void
}): JSX.Element {
  const { route } = useLocation()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const projects = useProjectPlaces(text)
  const places = [...matching(pagesFor(project), text), ...projects].slice(0, 12)
  const chosen = places[Math.min(at, places.length - 1)]

  function go(place: Place | undefined): void {
    if (place === undefined) return
    onClose()
    route(place.href)
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown') setAt(Math.min(at + 1, places.length - 1))
    else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0))
    else if (event.key === 'Enter') go(chosen)
    else return
    event.preventDefault()
  }

  return (
    <Dialog title="Jump to …" onClose={onClose}>
      <input
        class="input"
        autofocus
        placeholder="Project or page"
        aria-label="Project or page"
        role="combobox"
        aria-expanded="true"
        aria-controls="jump-places"
        aria-activedescendant={chosen === undefined ? undefined : `jump-${places.indexOf(chosen)}`}
        value={text}
        onInput={event => {
          setText(event.currentTarget.value)
          setAt(0)
        }}
        onKeyDown={onKeyDown}
      />
      <div id="jump-places" class="jump-places" role="listbox" aria-label="Places">
        {places.map((place, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are heard by the field, as a combobox has it
          <div
            tabIndex={-1}
            key={place.href}
            id={`jump-${index}`}
            role="option"
            aria-selected={place === chosen}
            class="jump-place"
            onClick={() => go(place)}
          >
            <Icon name={place.icon} />
            <span class="clip">{place.label}</span>
            <span class="faint clip">{place.note}</span>
          </div>
        ))}
        {places.length === 0 && <p class="soft">Nothing of that name that you may see.</p>}
      </div>
    </Dialog>
  )
}

function pagesFor(project: string | undefined): readonly Place[] {
  const own =
    project === undefined
      ? []
      : projectPages.map(([label, page, icon]) => ({ label, note: project, href: projectPath(project, page), icon }))
  return [...own, ...instancePlaces, ...(currentUser.value?.is_admin ? adminPlaces : [])]
}

function matching(places: readonly Place[], text: string): readonly Place[] {
  const wanted = text.toLowerCase()
  return places.filter(place => place.label.toLowerCase().includes(wanted))
}

function useProjectPlaces(text: string): readonly Place[] {
  const [found, setFound] = useState<readonly Place[]>([])
  useEffect(() => {
    const controller = new AbortController()
    const timer = setTimeout(async () => {
      const page = await listProjects({ search: text, per_page: 10 }, controller.signal).catch(() => null)
      if (page === null || controller.signal.aborted) return
      setFound(
        page.items.map(each => ({
          label: each.name,
          note: each.path_with_namespace,
          href: projectPath(each.path_with_namespace),
          icon: 'folder' as const,
        })),
      )
    }, 120)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [text])
  return found
}
