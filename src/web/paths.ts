// The addresses of the pages, the other way round from route.ts. Every part that came from a user is encoded here.

/** Keeps `/`: GitLab's addresses show refs and file paths as they are. */
export function encodePath(text: string): string {
  return text.split('/').map(encodeURIComponent).join('/')
}

export function projectPath(project: string, page = ''): string {
  const base = `/${encodePath(project)}`
  return page === '' ? base : `${base}/-/${page}`
}

export function pipelinePath(project: string, id: number, view = ''): string {
  return projectPath(project, view === '' ? `pipelines/${id}` : `pipelines/${id}/${view}`)
}

export function jobPath(project: string, id: number): string {
  return projectPath(project, `jobs/${id}`)
}

/** Two attempts of a job, the older first. */
export function comparePath(project: string, older: number, newer: number): string {
  return projectPath(project, `jobs/${older}/compare/${newer}`)
}

export function commitPath(project: string, sha: string): string {
  return projectPath(project, `commit/${encodeURIComponent(sha)}`)
}

export function commitsPath(project: string, ref: string): string {
  return projectPath(project, `commits/${encodePath(ref)}`)
}

/** `kind` says whether `path` is a folder or a file; the ref stands in the query because it may hold slashes. */
export function filesPath(project: string, kind: 'tree' | 'blob', ref: string, path = ''): string {
  return `${projectPath(project, `${kind}/${encodePath(path)}`).replace(/\/$/, '')}?ref=${encodeURIComponent(ref)}`
}

export function artifactsPath(project: string, job: number, path = ''): string {
  return projectPath(
    project,
    path === '' ? `jobs/${job}/artifacts` : `jobs/${job}/artifacts/browse/${encodePath(path)}`,
  )
}

export function repositoryPath(project: string, repository: number, tag = ''): string {
  return projectPath(project, `container_registry/${repository}${tag === '' ? '' : `/${encodeURIComponent(tag)}`}`)
}

export function releasePath(project: string, tag: string): string {
  return projectPath(project, `releases/${encodeURIComponent(tag)}`)
}

export function groupPath(group: string): string {
  return `/groups/${encodePath(group)}`
}

export function signInPath(returnTo: string): string {
  return returnTo === '/' || returnTo === '' ? '/sign-in' : `/sign-in?return=${encodeURIComponent(returnTo)}`
}

/** Only a path of our own: an address from the query must not lead to another site. */
export function safeReturnPath(text: string | undefined): string {
  return text !== undefined && /^\/(?![/\\])/.test(text) && !text.includes('\\') ? text : '/'
}

/** `?a=b` of what is set; empty when nothing is. */
export function queryText(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(values))
    if (value !== undefined && value !== '') query.set(key, String(value))
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}
