// New pipelines: by hand or by the API, and by a trigger token.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor, Project } from '../../access/model.ts'
import type { Access } from '../../access/ports.ts'
import { AppError } from '../../kit/errors.ts'
import { hashToken } from '../../kit/token.ts'
import type { Coordinator } from '../../run/coordinator.ts'
import type { PipelineSource } from '../../run/model.ts'
import { pipelineRequest } from '../../run/pipeline-request.ts'
import type { Repositories } from '../../run/ports.ts'
import type { PipelineRecord, Ref, RunVariable } from '../../run/records.ts'
import { startedByJob } from '../../run/started-by-job.ts'
import type { TriggerStore } from '../../run/store-ports.ts'
import type { PipelineCreation, PipelineRequest } from '../../run/trigger.ts'
import type { App } from '../app.ts'
import { Denial, notFound } from '../plugins/errors.ts'
import { demand, projectOf } from '../plugins/policy.ts'
import { idParameter } from '../schema.ts'
import { pipelineFull, toPipelineFull } from './pipeline-entity.ts'
import { userIdOf } from './run-of-request.ts'
import { toRunVariable, variableBody } from './run-variables.ts'
import { peopleOf, type RunView } from './run-view.ts'

export type PipelineCreateDeps = {
  readonly view: RunView
  readonly coordinator: Pick<Coordinator, 'createPipeline'>
  readonly repositories: Pick<Repositories, 'resolve'>
  readonly triggers: TriggerStore
  readonly access: Pick<Access, 'authenticate' | 'project'>
}

const inputs = Type.Optional(Type.Record(Type.String(), Type.Unknown()))

export function registerPipelineCreate(app: App, deps: PipelineCreateDeps): void {
  app.post(
    '/api/v4/projects/:id/pipeline',
    {
      config: { policy: { kind: 'project', action: 'create_pipeline' } },
      schema: {
        operationId: 'createPipeline',
        tags: ['pipelines'],
        params: Type.Object(idParameter),
        body: Type.Object({
          ref: Type.String({ minLength: 1, maxLength: 1000 }),
          variables: Type.Optional(Type.Array(variableBody, { maxItems: 1000 })),
          inputs,
        }),
        response: { 201: pipelineFull },
      },
    },
    async (request, reply) => {
      const { ref, variables = [], inputs: given = {} } = request.body
      const isWeb = request.actor.kind === 'user' && request.actor.via === 'session'
      return create(deps, reply, {
        project: projectOf(request).project,
        ref,
        source: isWeb ? 'web' : 'api',
        userId: userIdOf(request),
        upstream: await upstreamOf(deps, request.actor),
        variables: variables.map(toRunVariable),
        inputs: given,
        triggerShortToken: null,
      })
    },
  )

  const byToken = {
    config: {
      policy: { kind: 'self_checked', why: 'a trigger token (or a job token) in the body, of this very project' },
      audit: false,
    },
  } as const
  const tokenBody = {
    token: Type.String({ minLength: 1, maxLength: 1000 }),
    variables: Type.Optional(Type.Record(Type.String(), Type.String())),
    inputs,
  }
  app.post(
    '/api/v4/projects/:id/trigger/pipeline',
    {
      ...byToken,
      schema: {
        operationId: 'triggerPipeline',
        tags: ['triggers'],
        params: Type.Object(idParameter),
        body: Type.Object({ ...tokenBody, ref: Type.String({ minLength: 1, maxLength: 1000 }) }),
        response: { 201: pipelineFull },
      },
    },
    (request, reply) => trigger(deps, request, reply, request.body),
  )

  app.post(
    '/api/v4/projects/:id/ref/:ref/trigger/pipeline',
    {
      ...byToken,
      schema: {
        operationId: 'triggerPipelineOfRef',
        tags: ['triggers'],
        summary: 'For webhooks, which cannot choose their body',
        params: Type.Object({ ...idParameter, ref: Type.String({ minLength: 1, maxLength: 1000 }) }),
        body: Type.Object(tokenBody),
        response: { 201: pipelineFull },
      },
    },
    (request, reply) => trigger(deps, request, reply, { ...request.body, ref: request.params.ref }),
  )
}

type TokenBody = {
  readonly token: string
  readonly ref: string
  readonly variables?: Readonly<Record<string, string>>
  readonly inputs?: Readonly<Record<string, unknown>>
}

async function trigger(deps: PipelineCreateDeps, request: FastifyRequest, reply: FastifyReply, body: TokenBody) {
  const { token, ref, variables = {}, inputs: given = {} } = body
  const opened = token.startsWith('glcbt-')
    ? await openByJob(deps, request, token)
    : await openByTrigger(deps, request, token)
  return create(deps, reply, {
    ...opened,
    ref,
    variables: Object.entries(variables).map(([key, value]) => toRunVariable({ key, value })),
    inputs: given,
  })
}

type Opened = Pick<Wish, 'project' | 'source' | 'userId' | 'triggerShortToken' | 'upstream'>

async function openByTrigger(deps: PipelineCreateDeps, request: FastifyRequest, token: string): Promise<Opened> {
  const trigger = await deps.triggers.byToken(hashToken(token))
  const project = trigger === null ? null : await projectOfTrigger(deps, request, trigger.projectId)
  if (trigger === null || project === null) throw notFound('Project')
  await deps.triggers.used(trigger.id, deps.view.now().toISOString())
  return { project, source: 'trigger', userId: trigger.ownerId, triggerShortToken: trigger.shortToken, upstream: null }
}

/** A job starts a pipeline of a project that lets it in. */
async function openByJob(deps: PipelineCreateDeps, request: FastifyRequest, token: string): Promise<Opened> {
  const actor = await deps.access.authenticate({ kind: 'token', token })
  const { id } = request.params as { readonly id: string }
  const found = actor === null ? null : await deps.access.project(actor, /^\d+$/.test(id) ? Number(id) : id)
  if (actor === null || found === null || actor.kind !== 'job') throw notFound('Project')
  demand(actor, found.may('create_pipeline'), 'Project')
  const upstream = await upstreamOf(deps, actor)
  return { project: found.project, source: 'pipeline', userId: actor.userId, triggerShortToken: null, upstream }
}

async function upstreamOf({ view }: PipelineCreateDeps, actor: Actor): Promise<Wish['upstream']> {
  return actor.kind === 'job' ? await startedByJob(view.reads, actor.jobId) : null
}

/** The token opens one project; the path must name that one. */
async function projectOfTrigger(
  deps: PipelineCreateDeps,
  request: FastifyRequest,
  projectId: number,
): Promise<Project | null> {
  const { id } = request.params as { readonly id: string }
  const found = await deps.access.project({ kind: 'anonymous' }, projectId)
  const isNamed =
    found !== null && (id === String(projectId) || id.toLowerCase() === found.project.fullPath.toLowerCase())
  return isNamed ? found.project : null
}

type Wish = {
  readonly project: Project
  readonly ref: string
  readonly source: PipelineSource
  readonly userId: number | null
  readonly variables: readonly RunVariable[]
  readonly inputs: Readonly<Record<string, unknown>>
  readonly triggerShortToken: string | null
  readonly upstream: PipelineRequest['upstream']
}

async function create(deps: PipelineCreateDeps, reply: FastifyReply, { project, ref: name, ...wish }: Wish) {
  const ref = await findRef(deps.repositories, project.id, name)
  if (ref === null) throw refused('Reference not found')
  const creation = await deps.coordinator.createPipeline(pipelineRequest({ projectId: project.id, ref, ...wish }))
  const pipeline = pipelineOfCreation(creation)
  const people = await peopleOf(deps.view, [pipeline.userId])
  const place = { url: deps.view.url, projectPath: project.fullPath }
  return reply.code(201).send(toPipelineFull(pipeline, place, people.get(pipeline.userId) ?? null))
}

/** A branch before a tag of the same name; `refs/tags/…` says which. */
export async function findRef(
  repositories: Pick<Repositories, 'resolve'>,
  projectId: number,
  name: string,
): Promise<Ref | null> {
  const [, space, short] = /^refs\/(heads|tags)\/(.+)$/.exec(name) ?? []
  const kinds = space === undefined ? (['branch', 'tag'] as const) : ([space === 'heads' ? 'branch' : 'tag'] as const)
  for (const kind of kinds) {
    const ref: Ref = { kind, name: short ?? name }
    if ((await repositories.resolve(projectId, ref)) !== null) return ref
  }
  return null
}

/** @throws what GitLab answers when there is none */
export function pipelineOfCreation(creation: PipelineCreation): PipelineRecord {
  switch (creation.kind) {
    case 'created':
    case 'skipped':
      return creation.pipeline
    case 'invalid':
      throw refused(...creation.pipeline.errors.map(({ message, file, line }) => `${file}:${line}: ${message}`))
    case 'none':
      if (creation.reason === 'forbidden') throw new Denial(403, '403 Forbidden', creation.message)
      throw refused(creation.message)
  }
}

/** GitLab tells what is wrong with a pipeline under `base`. */
function refused(...messages: readonly string[]): AppError {
  return new AppError('pipeline_refused', messages.join('; '), { detail: { fields: { base: messages } } })
}
