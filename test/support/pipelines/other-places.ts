// What a scenario says is outside of its project, as files in the folder of the case.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { noSourceFiles, type SourceFiles } from '../../../src/pipeline/ports.ts'
import type { Scenario } from './scenario.ts'

const commit = '1'.repeat(40)

export function createOtherPlaces({ folder, elsewhere }: Scenario): SourceFiles {
  const { projects = {}, remote = {}, templates = {}, artifacts = {} } = elsewhere
  const read = (path: string | undefined): string | null => {
    if (path === undefined) return null
    try {
      return readFileSync(join(folder, path), 'utf8')
    } catch {
      return null // the compiler tells that it is not there
    }
  }
  const folderOf = (project: string): string | undefined => projects[project]?.folder

  return {
    ...noSourceFiles,
    async readFile({ project, path }) {
      const root = folderOf(project)
      return root === undefined ? null : read(join(root, path))
    },
    async listFiles({ project }) {
      const root = folderOf(project)
      return root === undefined ? null : readdirSync(join(folder, root), { recursive: true, encoding: 'utf8' })
    },
    async resolveRef({ project, ref }) {
      const other = projects[project]
      if (other === undefined) return null
      const isThere = ref === null || [...(other.refs ?? []), ...(other.tags ?? [])].includes(ref)
      return isThere ? commit : null
    },
    listTags: async project => projects[project]?.tags ?? null,
    async fetchRemote(url) {
      const text = read(remote[url])
      return text === null ? { failure: 'the scenario does not have it' } : { text }
    },
    readTemplate: async name => read(templates[name]),
    readArtifact: async ({ job, path }) => read(artifacts[`${job}:${path}`]),
  }
}
