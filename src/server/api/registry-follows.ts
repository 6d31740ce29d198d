// Which images of other projects a project follows: its pipeline runs when one of them is pushed.
import { Type } from '@fastify/type-provider-typebox'
import { closesCircle, type Follow } from '../../registry/follow.ts'
import type { FollowRun } from '../../registry/management/ports.ts'
import { compileRegex } from '../../registry/user-pattern.ts'
import type { App } from '../app.ts'
import { badRequest, notFound } from '../plugins/errors.ts'
import { demand, projectOf, userOf } from '../plugins/policy.ts'
import { idParameter, integerParameter, nullableInteger, nullableString } from '../schema.ts'
import { namesOf, type RegistryApiDeps } from './registry-deps.ts'

const tags = ['container registry']
const path = '/api/v4/projects/:id/registry/follows'
const followParameters = { ...idParameter, follow_id: integerParameter }

const followEntity = Type.Object({
  id: Type.Integer(),
  repository: Type.String({ description: 'The followed image, as docker has it without the host.' }),
  source_project_id: Type.Integer(),
  tag_pattern: Type.String(),
  ref: Type.String(),
  user_id: Type.Integer({ description: 'With whose rights the pipelines run.' }),
  runs: Type.Array(
    Type.Object({ digest: Type.String(), at: Type.String(), pipeline_id: nullableInteger, error: nullableString }),
  ),
})

export function registerRegistryFollows(app: App, deps: RegistryApiDeps): void {
  async function view(follow: Follow, projectPath: string | null) {
    const path = projectPath === null ? '(deleted)' : namesOf(projectPath, follow.sourceSuffix, deps.registryUrl).path
    return toFollow(follow, path, await deps.store.followRuns(follow.id))
  }

  app.get(
    path,
    {
      config: { policy: { kind: 'project', action: 'read_registry' } },
      schema: {
        operationId: 'listRegistryFollows',
        tags,
        params: Type.Object(idParameter),
        response: { 200: Type.Array(followEntity) },
      },
    },
    async request => {
      const follows = await deps.store.follows(projectOf(request).project.id)
      return Promise.all(
        follows.map(async follow => {
          const source = await deps.access.project(request.actor, follow.sourceProjectId)
          // Who may not see the followed project any more is not told its name.
          const isSeen = source?.may('read_project').allowed === true
          return view(follow, isSeen ? source.project.fullPath : null)
        }),
      )
    },
  )

  app.post(
    path,
    {
      config: { policy: { kind: 'project', action: 'manage_registry' } },
      schema: {
        operationId: 'addRegistryFollow',
        tags,
        params: Type.Object(idParameter),
        body: Type.Object({
          project: Type.String({ description: 'The full path of the project whose image is followed.' }),
          image: Type.Optional(Type.String({ description: 'What follows the project’s path in the image’s name.' })),
          tag_pattern: Type.Optional(
            Type.String({ description: 'A regular expression for the whole tag; default latest.' }),
          ),
          ref: Type.Optional(Type.String({ description: 'On which branch or tag the pipeline runs.' })),
        }),
        response: { 201: followEntity },
      },
    },
    async (request, reply) => {
      const { project } = projectOf(request)
      const source = await deps.access.project(request.actor, request.body.project)
      if (source === null) throw notFound('Project')
      demand(request.actor, source.may('read_registry'), 'Project')
      const tagPattern = request.body.tag_pattern ?? 'latest'
      compileRegex(tagPattern, 'tag_pattern')
      const wanted = {
        projectId: project.id,
        userId: userOf(request).userId,
        ref: request.body.ref ?? project.defaultBranch,
        sourceProjectId: source.project.id,
        sourceSuffix: (request.body.image ?? '').replace(/^\/+|\/+$/g, ''),
        tagPattern,
      }
      if (closesCircle(await deps.store.allFollows(), wanted)) {
        throw badRequest(
          `${project.fullPath} would follow itself: ${source.project.fullPath} follows its images, directly or through others`,
        )
      }
      const follow = await deps.store.addFollow(wanted, new Date(deps.clock()).toISOString())
      return reply.code(201).send(await view(follow, source.project.fullPath))
    },
  )

  app.delete(
    `${path}/:follow_id`,
    {
      config: { policy: { kind: 'project', action: 'manage_registry' } },
      schema: {
        operationId: 'removeRegistryFollow',
        tags,
        params: Type.Object(followParameters),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { project } = projectOf(request)
      if (!(await deps.store.removeFollow(project.id, request.params.follow_id))) throw notFound('Follow')
      return reply.code(204).send(null)
    },
  )
}

function toFollow(follow: Follow, repository: string, runs: readonly FollowRun[]) {
  return {
    id: follow.id,
    repository,
    source_project_id: follow.sourceProjectId,
    tag_pattern: follow.tagPattern,
    ref: follow.ref,
    user_id: follow.userId,
    runs: runs.map(({ digest, at, pipelineId, error }) => ({ digest, at, pipeline_id: pipelineId, error })),
  }
}
