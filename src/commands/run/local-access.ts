// Who may do what in the registry of a run: its jobs, with their tokens, in the working copy's own project. The rules are the
// server's; only the people are missing.
import { type Actor, anonymous, type Project } from '../../access/model.ts'
import { mayOnProject } from '../../access/policy.ts'
import type { Access } from '../../access/ports.ts'
import type { PipelineContext } from '../../pipeline/context.ts'
import type { LocalRun } from './local-run.ts'

export const projectId = 1
const userId = 1

export function createLocalAccess(
  run: Pick<LocalRun, 'jobOfToken'>,
  context: PipelineContext,
): Pick<Access, 'authenticate' | 'renew' | 'project' | 'group'> {
  const project = projectOf(context)

  function jobOf(token: string): Actor | null {
    const jobId = run.jobOfToken(token)
    if (jobId === null) return null
    const { login: username } = context.user ?? { login: 'gitlab-ci-token' }
    return { kind: 'job', jobId, projectId, userId, username, isAdmin: false }
  }

  return {
    async authenticate(credentials) {
      if (credentials.kind === 'none') return anonymous
      if (credentials.kind === 'basic') return jobOf(credentials.password)
      return credentials.kind === 'token' ? jobOf(credentials.token) : null
    },
    renew: async actor => actor, // jobs end by themselves, and there is nobody else
    group: async () => null,
    async project(actor, key) {
      const isOwn = typeof key === 'number' ? key === projectId : key.toLowerCase() === project.fullPath.toLowerCase()
      if (!isOwn) return null
      const level = actor.kind === 'job' ? 50 : 0
      const facts = { project, groupIds: [], level, jobAllowed: actor.kind === 'job', registryOn: true } as const
      return { project, level, may: action => mayOnProject(actor, facts, action) }
    },
  }
}

function projectOf({ project, createdAt }: PipelineContext): Project {
  return {
    id: projectId,
    groupId: 1,
    name: project.title,
    path: project.path.split('/').at(-1) ?? project.path,
    fullPath: project.path,
    description: project.description,
    visibility: project.visibility,
    defaultBranch: project.defaultBranch,
    archived: false,
    buildsEnabled: true,
    registryEnabled: true,
    registryMembersOnly: false,
    jobTokenMayPush: false,
    createdAt,
  }
}
