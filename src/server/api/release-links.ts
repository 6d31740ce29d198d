// The links of a release: what one downloads of it.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import { runError } from '../../run/errors.ts'
import type { NewReleaseLink, ReleaseLinkRecord, ReleaseRecord } from '../../run/release-ports.ts'
import type { App } from '../app.ts'
import { badRequest, notFound } from '../plugins/errors.ts'
import { pageOf, pageQuery, tellPage } from '../plugins/pagination.ts'
import { idParameter, integerParameter } from '../schema.ts'
import { releaseLinkEntity, toReleaseLink } from './release-entity.ts'
import {
  changeReleases,
  linkFields,
  newLinkOf,
  projectUrlOf,
  type ReleasesDeps,
  readReleases,
  releaseOf,
  releaseParams,
  releasesPath,
} from './release-of-request.ts'

const path = `${releasesPath}/:tag_name/assets/links`
const params = Type.Object({ ...idParameter, tag_name: Type.String(), link_id: integerParameter })

export function registerReleaseLinks(app: App, deps: ReleasesDeps): void {
  const show = (request: FastifyRequest, release: ReleaseRecord, link: ReleaseLinkRecord) =>
    toReleaseLink(link, release.tagName, projectUrlOf(deps, request))

  app.get(
    path,
    {
      config: readReleases,
      schema: {
        operationId: 'listReleaseLinks',
        tags: ['releases'],
        params: releaseParams,
        querystring: Type.Object(pageQuery),
        response: { 200: Type.Array(releaseLinkEntity) },
      },
    },
    async (request, reply) => {
      const release = await releaseOf(deps, request)
      const page = pageOf(request.query)
      tellPage(request, reply, page, release.links.length)
      return release.links.slice(page.offset, page.offset + page.limit).map(link => show(request, release, link))
    },
  )

  app.get(
    `${releasesPath}/:tag_name/downloads/*`,
    {
      config: readReleases,
      schema: {
        operationId: 'downloadReleaseLink',
        tags: ['releases'],
        summary: 'Leads to the address of the link that has this path',
        params: Type.Object({ ...releaseParams.properties, '*': Type.String() }),
      },
    },
    async (request, reply) => {
      const { links } = await releaseOf(deps, request)
      const link = links.find(each => each.filepath === `/${request.params['*']}`)
      if (link === undefined) throw notFound('Link')
      return reply.redirect(link.url)
    },
  )

  app.post(
    path,
    {
      config: changeReleases,
      schema: {
        operationId: 'createReleaseLink',
        tags: ['releases'],
        params: releaseParams,
        body: Type.Object(linkFields),
        response: { 201: releaseLinkEntity },
      },
    },
    async (request, reply) => {
      const release = await releaseOf(deps, request)
      const link = await deps.releases.addLink(release.id, newLinkOf(request.body))
      if (link === null) throw badRequest('name: has already been taken')
      return reply.code(201).send(show(request, release, link))
    },
  )

  app.get(
    `${path}/:link_id`,
    {
      config: readReleases,
      schema: { operationId: 'getReleaseLink', tags: ['releases'], params, response: { 200: releaseLinkEntity } },
    },
    async request => {
      const { release, link } = await linkOf(deps, request)
      return show(request, release, link)
    },
  )

  app.put(
    `${path}/:link_id`,
    {
      config: changeReleases,
      schema: {
        operationId: 'changeReleaseLink',
        tags: ['releases'],
        params,
        body: Type.Partial(Type.Object(linkFields)),
        response: { 200: releaseLinkEntity },
      },
    },
    async request => {
      const { release, link } = await linkOf(deps, request)
      const { name, url, direct_asset_path: direct, filepath = direct, link_type: linkType } = request.body
      if (release.links.some(other => other.id !== link.id && other.name === name))
        throw runError('release_refused', 'name: has already been taken')
      const change: Partial<NewReleaseLink> = {
        ...(name === undefined ? {} : { name }),
        ...(url === undefined ? {} : { url }),
        ...(filepath === undefined ? {} : { filepath }),
        ...(linkType === undefined ? {} : { linkType }),
      }
      await deps.releases.updateLink(link.id, change)
      return show(request, release, { ...link, ...change })
    },
  )

  app.delete(
    `${path}/:link_id`,
    {
      config: changeReleases,
      schema: { operationId: 'deleteReleaseLink', tags: ['releases'], params, response: { 200: releaseLinkEntity } },
    },
    async request => {
      const { release, link } = await linkOf(deps, request)
      await deps.releases.deleteLink(link.id)
      return show(request, release, link)
    },
  )
}

async function linkOf(deps: ReleasesDeps, request: FastifyRequest) {
  const release = await releaseOf(deps, request)
  const { link_id: id } = request.params as { readonly link_id: number }
  const link = release.links.find(each => each.id === id)
  if (link === undefined) throw notFound('Link')
  return { release, link }
}
