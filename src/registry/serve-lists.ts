// Lists: tags, referrers, the catalog (specification, end-8 and end-12; the catalog is distribution's).
import type { Project } from '../access/model.ts'
import { RegistryError } from './errors.ts'
import { type Answer, answer, type Exchange, jsonAnswer } from './exchange.ts'
import type { OpenRepository } from './gate.ts'
import { imageIndex } from './media-types.ts'
import type { ImageStore } from './ports.ts'
import { nameBelow } from './projects.ts'
import { referrersPage } from './referrers.ts'
import { digestIn } from './serve-blobs.ts'

export type ListServer = {
  readonly tags: (exchange: Exchange, repository: OpenRepository) => Promise<Answer>
  readonly referrers: (exchange: Exchange, repository: OpenRepository, digest: string) => Promise<Answer>
  readonly catalog: (exchange: Exchange, projectById: (id: number) => Promise<Project | null>) => Promise<Answer>
}

/** Clients that know no pages get this many; more come with a link. */
const maxTags = 10_000
const referrersAtOnce = 500
const catalogAtOnce = 1000

export function createListServer(deps: { readonly store: ImageStore }): ListServer {
  const { store } = deps
  return {
    async tags({ query }, repository) {
      const limit = limitIn(query, maxTags)
      const page = await store.tags(repository.place, query.get('last') ?? '', limit)
      if (page === null) throw new RegistryError('NAME_UNKNOWN', undefined, { detail: { name: repository.name } })
      const last = page.tags.at(-1)
      const link =
        page.hasMore && last !== undefined
          ? nextLink(`/v2/${repository.name}/tags/list`, { last, n: String(limit) })
          : {}
      return jsonAnswer(200, { name: repository.name, tags: page.tags }, link)
    },

    async referrers({ query }, repository, text) {
      const subject = digestIn(text)
      const artifactType = query.get('artifactType')
      const found = await store.referrers({
        place: repository.place,
        subject,
        artifactType,
        after: query.get('last') ?? '',
        limit: referrersAtOnce,
      })
      const { body, next } = referrersPage(found.referrers, found.hasMore)
      const filter = artifactType === null ? {} : { artifactType }
      const headers = {
        'Content-Type': imageIndex,
        ...(artifactType === null ? {} : { 'OCI-Filters-Applied': 'artifactType' }),
        ...(next === null ? {} : nextLink(`/v2/${repository.name}/referrers/${subject}`, { ...filter, last: next })),
      }
      return answer(200, headers, body)
    },

    async catalog({ query }, projectById) {
      const limit = limitIn(query, catalogAtOnce)
      const repositories = await store.repositories(Number(query.get('last') ?? 0) || 0, limit)
      const projects = await Promise.all(repositories.map(repository => projectById(repository.projectId)))
      const names = repositories.flatMap(({ suffix }, index) => {
        const project = projects[index]
        return project ? [nameBelow(project.fullPath, suffix)] : []
      })
      const last = repositories.length === limit ? repositories.at(-1) : undefined
      const link = last === undefined ? {} : nextLink('/v2/_catalog', { last: String(last.id), n: String(limit) })
      return jsonAnswer(200, { repositories: names }, link)
    },
  }
}

function limitIn(query: URLSearchParams, max: number): number {
  const text = query.get('n')
  if (text === null) return max
  if (!/^\d{1,9}$/.test(text))
    throw new RegistryError('PAGINATION_NUMBER_INVALID', `n is '${text.slice(0, 50)}': expected a number from 0`)
  return Math.min(Number(text), max)
}

function nextLink(path: string, parameters: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { Link: `<${path}?${new URLSearchParams(parameters)}>; rel="next"` }
}
