// Files of other projects, and templates, asked of a server by GitLab's API: `slipway plan --include-from URL`.
import type { SourceFiles } from '../pipeline/ports.ts'

const timeoutMs = 20_000

/** @param token sent as `PRIVATE-TOKEN`; without one, what is public is found */
export function createServerSource(serverUrl: string, token: string | undefined): SourceFiles {
  const api = `${serverUrl.replace(/\/+$/, '')}/api/v4`
  const headers: Record<string, string> = token === undefined ? {} : { 'PRIVATE-TOKEN': token }
  const projectUrl = (project: string): string => `${api}/projects/${encodeURIComponent(project)}`

  /** Null for whatever cannot be had: the compiler names the place. */
  async function get(url: string): Promise<Response | null> {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) })
    return response.ok ? response : null
  }

  return {
    async readFile({ project, sha, path }) {
      const file = encodeURIComponent(path.replace(/^\/+/, ''))
      const response = await get(`${projectUrl(project)}/repository/files/${file}/raw?ref=${encodeURIComponent(sha)}`)
      return (await response?.text()) ?? null
    },
    async listFiles({ project, sha }) {
      const paths: string[] = []
      for (let page = '1'; page !== ''; ) {
        const query = `ref=${encodeURIComponent(sha)}&recursive=true&per_page=100&page=${page}`
        const response = await get(`${projectUrl(project)}/repository/tree?${query}`)
        if (response === null) return null
        const entries = (await response.json()) as { readonly type: string; readonly path: string }[]
        paths.push(...entries.filter(entry => entry.type === 'blob').map(entry => entry.path))
        page = response.headers.get('x-next-page') ?? ''
      }
      return paths
    },
    async resolveRef({ project, ref }) {
      const response = await get(`${projectUrl(project)}/repository/commits/${encodeURIComponent(ref ?? 'HEAD')}`)
      return response === null ? null : ((await response.json()) as { readonly id: string }).id
    },
    async listTags(project) {
      const response = await get(`${projectUrl(project)}/repository/tags?per_page=100`)
      return response === null ? null : ((await response.json()) as { readonly name: string }[]).map(tag => tag.name)
    },
    async fetchRemote() {
      return { failure: 'only --allow-remote fetches it' }
    },
    async readTemplate(name) {
      const response = await get(`${api}/templates/gitlab_ci_ymls/${encodeURIComponent(name)}`)
      return response === null ? null : ((await response.json()) as { readonly content: string }).content
    },
    readArtifact: async () => null,
    changedSince: async () => null,
  }
}
