// Each page is loaded when it is first asked for.
import type { ComponentType } from 'preact'
import type { PageName } from '../route.ts'

export type PageProps = { readonly params: Readonly<Record<string, string>> }
export type PageModule = {
  readonly Page: ComponentType<PageProps>
  /** Begins to load what the page will ask for; over when that is there, or cannot be had. */
  readonly prepare?: (props: PageProps) => Promise<unknown>
}

const loaders: Readonly<Record<PageName, () => Promise<PageModule>>> = {
  overview: () => import('../pages/overview/page.tsx'),
  'sign-in': () => import('../pages/sign-in/page.tsx'),
  'sign-up': () => import('../pages/sign-in/sign-up.tsx'),
  projects: () => import('../pages/projects/page.tsx'),
  'new-project': () => import('../pages/projects/new.tsx'),
  groups: () => import('../pages/groups/list.tsx'),
  group: () => import('../pages/groups/page.tsx'),
  'all-runners': () => import('../pages/runners/instance.tsx'),
  'access-tokens': () => import('../pages/tokens/personal.tsx'),
  profile: () => import('../pages/profile/page.tsx'),
  'api-reference': () => import('../pages/help/api-reference.tsx'),
  help: () => import('../pages/help/page.tsx'),
  'admin-users': () => import('../pages/admin/users.tsx'),
  'admin-instance': () => import('../pages/admin/instance.tsx'),
  namespace: () => import('../pages/project/page.tsx'),
  pipelines: () => import('../pages/pipelines/page.tsx'),
  'run-pipeline': () => import('../pages/pipelines/run.tsx'),
  lint: () => import('../pages/lint/page.tsx'),
  logs: () => import('../pages/logs/page.tsx'),
  pipeline: () => import('../pages/pipeline/page.tsx'),
  job: () => import('../pages/job/page.tsx'),
  'job-compare': () => import('../pages/compare/page.tsx'),
  artifacts: () => import('../pages/artifacts/page.tsx'),
  files: () => import('../pages/repository/files.tsx'),
  commits: () => import('../pages/repository/commits.tsx'),
  commit: () => import('../pages/repository/commit.tsx'),
  branches: () => import('../pages/repository/branches.tsx'),
  tags: () => import('../pages/repository/tags.tsx'),
  registry: () => import('../pages/registry/repositories.tsx'),
  'registry-tags': () => import('../pages/registry/tags.tsx'),
  'registry-tag': () => import('../pages/registry/tag.tsx'),
  'registry-settings': () => import('../pages/registry/settings.tsx'),
  releases: () => import('../pages/releases/page.tsx'),
  release: () => import('../pages/releases/one.tsx'),
  'merge-requests': () => import('../pages/merge-requests/page.tsx'),
  environments: () => import('../pages/environments/page.tsx'),
  schedules: () => import('../pages/schedules/page.tsx'),
  runners: () => import('../pages/runners/project.tsx'),
  'settings-general': () => import('../pages/settings/general.tsx'),
  'settings-variables': () => import('../pages/settings/variables.tsx'),
  'settings-members': () => import('../pages/settings/members.tsx'),
  'settings-tokens': () => import('../pages/tokens/project.tsx'),
  'settings-protection': () => import('../pages/settings/protection.tsx'),
  'settings-hooks': () => import('../pages/hooks/page.tsx'),
  'settings-triggers': () => import('../pages/triggers/page.tsx'),
  'not-found': () => import('../pages/not-found.tsx'),
}

const loaded = new Map<PageName, PageModule>()

export function loadedPage(name: PageName): PageModule | undefined {
  return loaded.get(name)
}

export async function loadPage(name: PageName): Promise<PageModule> {
  const known = loaded.get(name)
  if (known !== undefined) return known
  const module = await loaders[name]()
  loaded.set(name, module)
  return module
}
