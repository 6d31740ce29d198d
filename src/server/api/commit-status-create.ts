// `POST /projects/:id/statuses/:sha`: another tool says how a commit fares with it.
import { Type } from '@fastify/type-provider-typebox'
import { type CommitState, type CommitStatusStore, commitStates } from '../../run/commit-status-ports.ts'
import type { App } from '../app.ts'
import { notFound } from '../plugins/errors.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, oneOf } from '../schema.ts'
import { shaPattern, statusEntity, toSaidStatus } from './commit-status-entity.ts'
import { userIdOf } from './run-of-request.ts'
import { peopleOf, type RunView } from './run-view.ts'

export type CommitStatusCreateDeps = {
  readonly view: RunView
  readonly commitStatuses: CommitStatusStore
  readonly repositories: { readonly commit: (projectId: number, sha: string, tag: null) => Promise<unknown> }
}

const short = Type.Optional(Type.String({ minLength: 1, maxLength: 255 }))
const finalStates: readonly CommitState[] = ['success', 'failed', 'canceled', 'skipped']

export function registerCommitStatusCreate(app: App, deps: CommitStatusCreateDeps): void {
  const { view, commitStatuses, repositories } = deps
  app.post(
    '/api/v4/projects/:id/statuses/:sha',
    {
      config: { policy: { kind: 'project', action: 'change_commit_status' } },
      schema: {
        operationId: 'sayCommitStatus',
        tags: ['commits'],
        params: Type.Object({ ...idParameter, sha: Type.String({ pattern: shaPattern }) }),
        body: Type.Object({
          state: oneOf(commitStates),
          ref: short,
          name: short,
          context: short,
          target_url: Type.Optional(Type.String({ maxLength: 255, pattern: '^https?://\\S+$' })),
          description: Type.Optional(Type.String({ maxLength: 255 })),
          coverage: Type.Optional(Type.Number()),
        }),
        response: { 201: statusEntity },
      },
    },
    async (request, reply) => {
      const { project } = projectOf(request)
      const { sha } = request.params
      const { state, ref = project.defaultBranch, name, context, description, coverage } = request.body
      if ((await repositories.commit(project.id, sha, null)) === null) throw notFound('Commit')
      const now = view.now().toISOString()
      const status = await commitStatuses.say({
        projectId: project.id,
        sha,
        ref,
        name: name ?? context ?? 'default',
        state,
        targetUrl: request.body.target_url ?? null,
        description: description ?? null,
        coverage: coverage ?? null,
        userId: userIdOf(request),
        createdAt: now,
        startedAt: state === 'pending' ? null : now,
        finishedAt: finalStates.includes(state) ? now : null,
      })
      const people = await peopleOf(view, [status.userId])
      return reply.code(201).send(toSaidStatus(status, people.get(status.userId) ?? null))
    },
  )
}
