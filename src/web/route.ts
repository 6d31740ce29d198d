// Which page an address asks for. Addresses are GitLab's: a project's path is everything before `/-/`.

export type PageName =
  | 'overview'
  | 'sign-in'
  | 'sign-up'
  | 'projects'
  | 'new-project'
  | 'groups'
  | 'group'
  | 'all-runners'
  | 'access-tokens'
  | 'profile'
  | 'api-reference'
  | 'help'
  | 'admin-users'
  | 'admin-instance'
  | 'namespace'
  | 'pipelines'
  | 'run-pipeline'
  | 'lint'
  | 'logs'
  | 'pipeline'
  | 'job'
  | 'job-compare'
  | 'artifacts'
  | 'files'
  | 'commits'
  | 'commit'
  | 'branches'
  | 'tags'
  | 'registry'
  | 'registry-tags'
  | 'registry-tag'
  | 'registry-settings'
  | 'releases'
  | 'release'
  | 'merge-requests'
  | 'environments'
  | 'schedules'
  | 'runners'
  | 'settings-general'
  | 'settings-variables'
  | 'settings-members'
  | 'settings-tokens'
  | 'settings-protection'
  | 'settings-hooks'
  | 'settings-triggers'
  | 'not-found'

export type Route = { readonly page: PageName; readonly params: Readonly<Record<string, string>> }

/** `:name` is one segment, `*name` the rest (may be empty). */
const instancePages: readonly (readonly [string, PageName])[] = [
  ['', 'overview'],
  ['sign-in', 'sign-in'],
  ['sign-up', 'sign-up'],
  ['-/projects', 'projects'],
  ['-/projects/new', 'new-project'],
  ['-/groups', 'groups'],
  ['-/runners', 'all-runners'],
  ['-/access-tokens', 'access-tokens'],
  ['-/profile', 'profile'],
  ['-/api', 'api-reference'],
  ['help', 'help'],
  ['help/*topic', 'help'],
  ['admin', 'admin-instance'],
  ['admin/users', 'admin-users'],
  ['groups/*group', 'group'],
]

const projectPages: readonly (readonly [string, PageName])[] = [
  ['pipelines', 'pipelines'],
  ['pipelines/new', 'run-pipeline'],
  ['pipelines/:id', 'pipeline'],
  ['pipelines/:id/:view', 'pipeline'],
  ['logs', 'logs'],
  ['ci/lint', 'lint'],
  ['ci/editor', 'lint'],
  ['jobs/:id', 'job'],
  ['jobs/:id/compare/:other', 'job-compare'],
  ['jobs/:id/artifacts', 'artifacts'],
  ['jobs/:id/artifacts/browse/*path', 'artifacts'],
  ['tree/*place', 'files'],
  ['blob/*place', 'files'],
  ['commits', 'commits'],
  ['commits/*ref', 'commits'],
  ['commit/:sha', 'commit'],
  ['branches', 'branches'],
  ['tags', 'tags'],
  ['container_registry', 'registry'],
  ['container_registry/settings', 'registry-settings'],
  ['container_registry/:repository', 'registry-tags'],
  ['container_registry/:repository/:tag', 'registry-tag'],
  ['releases', 'releases'],
  ['releases/:tag', 'release'],
  ['merge_requests', 'merge-requests'],
  ['environments', 'environments'],
  ['pipeline_schedules', 'schedules'],
  ['schedules', 'schedules'],
  ['runners', 'runners'],
  ['settings', 'settings-general'],
  ['settings/general', 'settings-general'],
  ['settings/ci_cd', 'settings-variables'],
  ['settings/variables', 'settings-variables'],
  ['project_members', 'settings-members'],
  ['settings/members', 'settings-members'],
  ['settings/access_tokens', 'settings-tokens'],
  ['settings/repository', 'settings-protection'],
  ['hooks', 'settings-hooks'],
  ['settings/integrations', 'settings-hooks'],
  ['settings/triggers', 'settings-triggers'],
]

export function routeOf(pathname: string): Route {
  const path = pathname.replace(/^\/+|\/+$/g, '')
  const split = path.indexOf('/-/')
  if (split > 0 && !path.startsWith('groups/')) {
    const project = decode(path.slice(0, split))
    return matchFirst(projectPages, path.slice(split + 3), { project }) ?? notFound
  }
  return matchFirst(instancePages, path, {}) ?? namespaceOf(path)
}

/** Two routes of one identity are one page: another view of it, or another folder in it, draws nothing anew. */
export function identityOf({ page, params }: Route): string {
  const { project, group, id, repository, tag, sha } = params
  return [page, project, group, id, repository, tag, sha].join(' ')
}

/** One segment is a group; more may be a group or a project, which only the server knows. */
function namespaceOf(path: string): Route {
  if (path.startsWith('-/') || path.startsWith('admin/')) return notFound
  const name = decode(path)
  return name.includes('/')
    ? { page: 'namespace', params: { project: name } }
    : { page: 'group', params: { group: name } }
}

const notFound: Route = { page: 'not-found', params: {} }

function matchFirst(
  pages: readonly (readonly [string, PageName])[],
  path: string,
  known: Readonly<Record<string, string>>,
): Route | null {
  for (const [pattern, page] of pages) {
    const found = match(pattern, path)
    if (found !== null) return { page, params: { ...known, ...found } }
  }
  return null
}

function match(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/')
  const given = path.split('/')
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const value = given[index]
    if (part.startsWith('*')) {
      params[part.slice(1)] = decode(given.slice(index).join('/'))
      return params
    }
    if (value === undefined) return null
    if (part.startsWith(':')) params[part.slice(1)] = decode(value)
    else if (part !== value) return null
  }
  return given.length === wanted.length ? params : null
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
