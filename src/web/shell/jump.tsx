// Jump to a project or page by a few letters of its name.
import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso/router'
import { listProjects, type Project } from '../api/projects.ts'
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
  ['Search logs', 'logs', 'search'],
  ['Container Registry', 'container_registry', 'box'],
  ['Branches', 'branches', 'branch'],
  ['Commits', 'commits', 'commit'],
  ['Merge requests', 'merge_requests', 'merge'],
  ['Releases', 'releases', 'star'],
  ['Environments', 'environments', 'globe'],
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
  const [isHasty, setHasty] = useState(false)
  const found = useProjectPlaces(text)
  const places = placesFor(text, project, found.places)
  const chosen = places[Math.min(at, places.length - 1)]
  useEffect(() => {
    if (!isHasty || found.text !== text) return
    setHasty(false)
    go(chosen)
  }, [isHasty, found])

  function go(place: Place | undefined): void {
    if (place === undefined) return
    onClose()
    route(place.href)
  }

  /** Pressed before the server has answered, it takes what is there, or waits for the answer. */
  function enter(): void {
    if (chosen !== undefined) go(chosen)
    else setHasty(found.text !== text)
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown') setAt(Math.min(at + 1, places.length - 1))
    else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0))
    else if (event.key === 'Enter') enter()
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
        {places.length === 0 && found.text === text && <p class="soft">Nothing of that name that you may see.</p>}
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

/** Pages by their name, projects by name or path. */
function placesFor(text: string, project: string | undefined, found: readonly Place[]): readonly Place[] {
  const wanted = text.toLowerCase()
  const pages = pagesFor(project).filter(({ label }) => label.toLowerCase().includes(wanted))
  const projects = found.filter(({ label, note }) => `${label}\n${note}`.toLowerCase().includes(wanted))
  return [...pages, ...projects].slice(0, 12)
}

/** `text`: what they were looked for by; while the server is asked, those of the text before. */
type FoundPlaces = { readonly text: string | null; readonly places: readonly Place[] }

function useProjectPlaces(text: string): FoundPlaces {
  const [found, setFound] = useState<FoundPlaces>({ text: null, places: [] })
  useEffect(() => {
    const controller = new AbortController()
    const timer = setTimeout(async () => {
      const page = await listProjects({ search: text, per_page: 10 }, controller.signal).catch(() => null)
      if (!controller.signal.aborted) setFound({ text, places: page?.items.map(placeOf) ?? [] })
    }, 120)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [text])
  return found
}

function placeOf({ name, path_with_namespace: path }: Project): Place {
  return { label: name, note: path, href: projectPath(path), icon: 'folder' }
}
