// The Container Registry's pages: tags with everything that a row shows, one tag with its image, and what deleting some
// tags would mean.
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { UserStore } from '../../access/store-ports.ts'
import { inspectImage } from '../../registry/management/inspect.ts'
import type { TagSummary } from '../../registry/management/ports.ts'
import { refuseRepository, refuseTag } from '../../registry/protection.ts'
import type { RunReader } from '../../run/store-ports.ts'
import type { App } from '../app.ts'
import { notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, integerParameter, nullableInteger, nullableString } from '../schema.ts'
import { type FoundRepository, type RegistryApiDeps, repositoryOf } from './registry-deps.ts'
import { companionTag, imageDetails, referrersOf } from './web-image.ts'

export type WebRegistryDeps = RegistryApiDeps & {
  readonly reads: Pick<RunReader, 'job'>
  readonly users: Pick<UserStore, 'byId'>
}

const parameters = { ...idParameter, repository_id: integerParameter }
const named = Type.Object({ username: Type.String(), name: Type.String() })

const tagRow = Type.Object({
  name: Type.String(),
  location: Type.String(),
  digest: Type.String(),
  media_type: Type.String(),
  size_bytes: Type.Integer(),
  platforms: Type.Array(Type.String()),
  pushed_at: Type.String(),
  created_at: Type.String(),
  last_pulled_at: nullableString,
  pushed_by: Type.String(),
  user: Type.Union([named, Type.Null()]),
  job: Type.Union([Type.Object({ id: Type.Integer(), name: Type.String() }), Type.Null()]),
  pipeline_id: nullableInteger,
  commit_sha: nullableString,
  signatures: Type.Integer(),
  attestations: Type.Integer(),
  /** Why the reader may not delete it; null: it may be deleted. */
  kept_because: nullableString,
  other_tags: Type.Array(Type.String()),
})

const tagDetails = Type.Object({
  ...tagRow.properties,
  manifests: Type.Array(
    Type.Object({
      digest: Type.String(),
      media_type: Type.String(),
      platform: nullableString,
      size_bytes: Type.Integer(),
    }),
  ),
  referrers: Type.Array(
    Type.Object({
      digest: Type.String(),
      artifact_type: Type.String(),
      kind: Type.String(),
      size_bytes: Type.Integer(),
      created_at: nullableString,
    }),
  ),
  layers: Type.Array(Type.Object({ digest: Type.String(), size_bytes: Type.Integer(), created_by: nullableString })),
  labels: Type.Record(Type.String(), Type.String()),
})

export function registerWebRegistry(app: App, deps: WebRegistryDeps): void {
  registerTags(app, deps)
  registerPreview(app, deps)
}

function registerTags(app: App, deps: WebRegistryDeps): void {
  const base = '/api/v4/slipway/projects/:id/registry/repositories/:repository_id/tags'
  app.get(
    base,
    {
      config: { policy: { kind: 'project', action: 'read_registry' } },
      schema: {
        operationId: 'listImageTags',
        tags: ['slipway'],
        summary: 'Tags with platforms, who pushed them, and what belongs to them; companion tags are left out',
        params: Type.Object(parameters),
        querystring: Type.Object({
          ...pageQuery,
          search: Type.Optional(Type.String({ maxLength: 128 })),
          sort: Type.Optional(Type.Unsafe<'name' | 'pushed_at'>({ type: 'string', enum: ['name', 'pushed_at'] })),
        }),
        response: { 200: Type.Array(tagRow) },
      },
    },
    async (request, reply) => {
      const found = await repositoryOf(request, deps)
      const page = pageOf(request.query)
      const { search = null, sort = 'pushed_at' } = request.query
      const { items, total } = await deps.store.tagsIn(found.repository.id, { ...page, search, sort })
      tellPage(request, reply, page, total)
      const shown = items.filter(tag => !companionTag.test(tag.name))
      return Promise.all(shown.map(tag => toRow(deps, request, found, tag)))
    },
  )

  app.get(
    `${base}/:tag_name`,
    {
      config: { policy: { kind: 'project', action: 'read_registry' } },
      schema: {
        operationId: 'getImageTag',
        tags: ['slipway'],
        summary: 'A tag with the platforms, layers and labels of its image',
        params: Type.Object({ ...parameters, tag_name: Type.String({ maxLength: 128 }) }),
        response: { 200: tagDetails },
      },
    },
    async request => {
      const found = await repositoryOf(request, deps)
      const tag = await deps.store.tagIn(found.repository.id, request.params.tag_name)
      if (tag === null) throw notFound('Tag')
      const { manifests, referrers, layers, labels } = await imageDetails(deps, found.repository, tag.digest)
      return {
        ...(await toRow(deps, request, found, tag)),
        manifests: [...manifests],
        referrers: [...referrers],
        layers: [...layers],
        labels: { ...labels },
      }
    },
  )
}

function registerPreview(app: App, deps: WebRegistryDeps): void {
  app.post(
    '/api/v4/slipway/projects/:id/registry/repositories/:repository_id/preview',
    {
      config: { policy: { kind: 'project', action: 'read_registry' } },
      schema: {
        operationId: 'previewTagDeletion',
        tags: ['slipway'],
        summary: 'What deleting these tags would take, leave and free; it deletes nothing',
        params: Type.Object(parameters),
        body: Type.Object({ tags: Type.Array(Type.String({ maxLength: 128 }), { maxItems: 1000 }) }),
        response: {
          200: Type.Object({
            tags: Type.Array(Type.String()),
            kept: Type.Array(Type.Object({ tag: Type.String(), reason: Type.String() })),
            freed_bytes: Type.Integer(),
          }),
        },
      },
    },
    async request => {
      const found = await repositoryOf(request, deps)
      const judged = await Promise.all(
        [...new Set(request.body.tags)].map(async tag => ({
          tag,
          reason: await reasonToKeep(deps, request, found, tag),
        })),
      )
      const tags = judged.filter(each => each.reason === null).map(each => each.tag)
      return {
        tags,
        kept: judged.flatMap(({ tag, reason }) => (reason === null ? [] : [{ tag, reason }])),
        freed_bytes: tags.length === 0 ? 0 : await deps.store.freedBytes(found.repository.id, tags),
      }
    },
  )
}

async function toRow(
  deps: WebRegistryDeps,
  request: FastifyRequest,
  found: FoundRepository,
  tag: TagSummary,
): Promise<Static<typeof tagRow>> {
  const { repository, names } = found
  const facts = await inspectImage(deps, repository, tag.digest)
  const belonging = await referrersOf(deps, repository, tag.digest)
  const job = tag.jobId === null ? null : await deps.reads.job(tag.jobId)
  const user = tag.pushedByUserId === null ? null : await deps.users.byId(tag.pushedByUserId)
  return {
    name: tag.name,
    location: `${names.location}:${tag.name}`,
    digest: tag.digest,
    media_type: tag.mediaType,
    size_bytes: tag.contentBytes,
    platforms: (facts?.platforms ?? []).map(({ os, architecture, variant }) =>
      [os, architecture, variant].filter(part => part !== null).join('/'),
    ),
    pushed_at: tag.pushedAt,
    created_at: tag.createdAt,
    last_pulled_at: tag.lastPulledAt,
    pushed_by: tag.pushedBy,
    user: user === null ? null : { username: user.username, name: user.name },
    job: job === null || job.projectId !== repository.projectId ? null : { id: job.id, name: job.name },
    pipeline_id: tag.pipelineId,
    commit_sha: tag.commitSha,
    signatures: belonging.filter(each => each.kind === 'signature').length,
    attestations: belonging.filter(each => each.kind !== 'signature').length,
    kept_because: await reasonToKeep(deps, request, found, tag.name),
    other_tags: tag.siblings.filter(name => !companionTag.test(name)),
  }
}

/** Null: whoever asks may delete the tag. */
async function reasonToKeep(
  deps: WebRegistryDeps,
  request: FastifyRequest,
  { repository, names }: FoundRepository,
  tag: string,
): Promise<string | null> {
  const access = projectOf(request)
  const decision = access.may('delete_registry')
  if (!decision.allowed) return decision.reason
  const level = request.actor.kind === 'user' && request.actor.isAdmin ? 60 : access.level
  const { repositoryRules, tagRules } = await deps.store.rulesOf(repository.projectId)
  return refuseRepository(repositoryRules, names.path, 'delete', level) ?? refuseTag(tagRules, tag, 'delete', level)
}
