import type { JSX } from 'preact'
import { developer, hasPipelines, hasRegistry, levelIn, maintainer, type Project, useProject } from '../api/projects.ts'
import { filesPath, projectPath } from '../paths.ts'
import type { PageName } from '../route.ts'
import { currentUser } from '../session.ts'
import { Icon, type IconName } from '../ui/icon.tsx'
import { Avatar } from '../ui/person.tsx'

type Entry = {
  readonly label: string
  readonly icon: IconName
  readonly href: string
  readonly pages: readonly PageName[]
}
type Group = { readonly title: string; readonly entries: readonly Entry[] }

/** The pages of a project, as far as the reader's role opens them. */
export function ProjectNav({
  project: path,
  page,
}: {
  readonly project: string
  readonly page: PageName
}): JSX.Element {
  const project = useProject(path)
  const level = levelIn(project.data, currentUser.value?.is_admin ?? false)
  return (
    <>
      <a class="sidebar-title" href={projectPath(path)}>
        <Avatar name={project.data?.name ?? path.split('/').at(-1) ?? path} square />
        <span class="clip">{project.data?.name ?? path.split('/').at(-1)}</span>
      </a>
      {groupsOf(path, project.data, level).map(group => (
        <div key={group.title}>
          <div class="sidebar-group">{group.title}</div>
          <ul>
            {group.entries.map(entry => (
              <li key={entry.href}>
                <a class="side" href={entry.href} aria-current={entry.pages.includes(page) ? 'page' : undefined}>
                  <Icon name={entry.icon} />
                  {entry.label}
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </>
  )
}

function groupsOf(path: string, project: Project | undefined, level: number): readonly Group[] {
  const branch = project?.default_branch ?? 'main'
  const build: Entry[] = [
    {
      label: 'Pipelines',
      icon: 'pipeline',
      href: projectPath(path, 'pipelines'),
      pages: ['pipelines', 'pipeline', 'job', 'job-compare', 'artifacts', 'run-pipeline'],
    },
    { label: 'Search logs', icon: 'search', href: projectPath(path, 'logs'), pages: ['logs'] },
    { label: 'Schedules', icon: 'calendar', href: projectPath(path, 'pipeline_schedules'), pages: ['schedules'] },
    { label: 'CI lint', icon: 'edit', href: projectPath(path, 'ci/lint'), pages: ['lint'] },
  ]
  const code: Entry[] = [
    { label: 'Files', icon: 'folder', href: filesPath(path, 'tree', branch), pages: ['files'] },
    { label: 'Commits', icon: 'commit', href: projectPath(path, 'commits'), pages: ['commits', 'commit'] },
    { label: 'Branches', icon: 'branch', href: projectPath(path, 'branches'), pages: ['branches'] },
    {
      label: 'Merge requests',
      icon: 'merge',
      href: projectPath(path, 'merge_requests'),
      pages: ['merge-requests'],
    },
    { label: 'Tags', icon: 'tag', href: projectPath(path, 'tags'), pages: ['tags'] },
  ]
  const deploy: Entry[] = [
    {
      label: 'Container Registry',
      icon: 'box',
      href: projectPath(path, 'container_registry'),
      pages: ['registry', 'registry-tags', 'registry-tag', 'registry-settings'],
    },
    { label: 'Releases', icon: 'star', href: projectPath(path, 'releases'), pages: ['releases', 'release'] },
    { label: 'Environments', icon: 'globe', href: projectPath(path, 'environments'), pages: ['environments'] },
  ]
  const settings: Entry[] = [
    { label: 'General', icon: 'gear', href: projectPath(path, 'settings/general'), pages: ['settings-general'] },
    { label: 'Variables', icon: 'key', href: projectPath(path, 'settings/variables'), pages: ['settings-variables'] },
    { label: 'Members', icon: 'users', href: projectPath(path, 'settings/members'), pages: ['settings-members'] },
    {
      label: 'Access tokens',
      icon: 'lock',
      href: projectPath(path, 'settings/access_tokens'),
      pages: ['settings-tokens'],
    },
    {
      label: 'Protection',
      icon: 'shield',
      href: projectPath(path, 'settings/repository'),
      pages: ['settings-protection'],
    },
    {
      label: 'Trigger tokens',
      icon: 'bolt',
      href: projectPath(path, 'settings/triggers'),
      pages: ['settings-triggers'],
    },
    { label: 'Webhooks', icon: 'hook', href: projectPath(path, 'hooks'), pages: ['settings-hooks'] },
    { label: 'Runners', icon: 'runner', href: projectPath(path, 'runners'), pages: ['runners'] },
  ]
  const members = settings.filter(entry => entry.label === 'Members')
  return [
    { title: 'Build', entries: project && !hasPipelines(project) ? [] : build },
    { title: 'Code', entries: code },
    { title: 'Deploy', entries: project && !hasRegistry(project) ? deploy.slice(1) : deploy },
    { title: 'Settings', entries: level >= maintainer ? settings : level >= developer ? members : [] },
  ].filter(group => group.entries.length > 0)
}
