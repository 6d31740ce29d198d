// The repositories as pipelines ask for them: files of a commit as text, and other projects' files with the eyes of the
// person who started the pipeline.
import type { Access } from '../../access/ports.ts'
import type { Repositories as GitRepositories } from '../../git/repositories.ts'
import type { SourceFiles } from '../../pipeline/ports.ts'
import type { Repositories } from '../../run/ports.ts'
import { fetchPublicText } from './public-text.ts'

/** The compiler's own limit for a file is lower; this only bounds what is read. */
const mostFileBytes = 4 * 1024 * 1024

export type RunRepositoriesDeps = {
  readonly git: GitRepositories
  readonly access: Access
  /** A file of the artifacts of a job of a pipeline; null: there is none. */
  readonly artifactText: (place: {
    readonly pipelineId: number
    readonly job: string
    readonly path: string
  }) => Promise<string | null>
}

export function createRunRepositories(deps: RunRepositoriesDeps): Repositories {
  const { git } = deps
  const text = async (projectId: number, sha: string, path: string): Promise<string | null> => {
    const file = await git.readFile(projectId, sha, path, mostFileBytes)
    return file === null || file === 'too_large' ? null : file.content.toString('utf8')
  }
  return {
    resolve: git.resolve,
    refs: projectId => git.refs(projectId),
    async commit(projectId, sha, tag) {
      const commit = await git.commit(projectId, sha)
      if (commit === null) return null
      const annotation = tag === null ? null : await git.annotation(projectId, tag)
      const { author, committer, message } = commit
      return {
        message,
        author: `${author.name} <${author.email}>`,
        timestamp: committer.date,
        tagMessage: annotation?.message ?? null,
      }
    },
    readFile: text,
    changedPaths: git.changedPaths,
    mergeBase: git.mergeBase,
    keep: git.keep,
    release: git.release,
    pointMergeRequest: git.pointMergeRequest,
    sourceFiles: place => createSourceFiles(deps, place, text),
  }
}

function createSourceFiles(
  { git, access, artifactText }: RunRepositoriesDeps,
  place: Parameters<Repositories['sourceFiles']>[0],
  text: (projectId: number, sha: string, path: string) => Promise<string | null>,
): SourceFiles {
  /** The project's id, when the pipeline's user may read its code. */
  async function readable(path: string): Promise<number | null> {
    const found = await access.project(place.user ?? { kind: 'anonymous' }, path)
    if (found === null) return null
    return found.project.id === place.projectId || found.may('read_code').allowed ? found.project.id : null
  }

  return {
    async readFile({ project, sha, path }) {
      const id = await readable(project)
      return id === null ? null : text(id, sha, path)
    },
    async listFiles({ project, sha }) {
      const id = await readable(project)
      const lines = id === null ? null : await git.listTree(id, sha, '')
      return lines?.filter(line => line.type !== 'tree').map(line => line.path) ?? null
    },
    async resolveRef({ project, ref }) {
      const id = await readable(project)
      if (id === null) return null
      const name = ref ?? (await git.defaultBranch(id))
      return name === null ? null : git.resolveAny(id, name)
    },
    async listTags(project) {
      const id = await readable(project)
      return id === null ? null : (await git.refs(id, 'tag')).map(each => each.ref.name)
    },
    fetchRemote: fetchPublicText,
    readTemplate: async () => null,
    readArtifact: ({ job, path }) =>
      place.parentPipelineId === null
        ? Promise.resolve(null)
        : artifactText({ pipelineId: place.parentPipelineId, job, path }),
    async changedSince(ref) {
      const other = await git.resolveAny(place.projectId, ref)
      if (other === null) return null
      const base = await git.mergeBase(place.projectId, other, place.sha)
      return git.changedPaths(place.projectId, base ?? other, place.sha)
    },
  }
}
