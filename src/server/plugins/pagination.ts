// GitLab's offset pagination: `page` and `per_page` in, `X-Total` and its companions and `Link` out.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'

const mostPerPage = 100
/** The rows before the last of them can still be counted. */
const mostPages = 1_000_000_000

/** Spread it into a route's query schema: `Type.Object({ ...pageQuery, search: … })`. */
export const pageQuery = {
  page: Type.Optional(Type.Integer({ minimum: 1, maximum: mostPages, default: 1 })),
  per_page: Type.Optional(Type.Integer({ minimum: 1, default: 20, description: 'At most 100.' })),
}

export type Page = { readonly limit: number; readonly offset: number }

/** What to ask of the store. */
export function pageOf(query: { readonly page?: number; readonly per_page?: number }): Page {
  const limit = Math.min(query.per_page ?? 20, mostPerPage)
  return { limit, offset: ((query.page ?? 1) - 1) * limit }
}

/** Says in the headers which page this is, and where the others are. */
export function tellPage(request: FastifyRequest, reply: FastifyReply, page: Page, total: number): void {
  const current = page.offset / page.limit + 1
  const last = Math.max(1, Math.ceil(total / page.limit))
  reply.headers({
    'x-page': current,
    'x-per-page': page.limit,
    'x-total': total,
    'x-total-pages': last,
    'x-next-page': current < last ? current + 1 : '',
    'x-prev-page': current > 1 ? current - 1 : '',
  })
  const link = (rel: string, number: number) => `<${urlOfPage(request, number, page.limit)}>; rel="${rel}"`
  const links = [
    ...(current > 1 ? [link('prev', current - 1)] : []),
    ...(current < last ? [link('next', current + 1)] : []),
    link('first', 1),
    link('last', last),
  ]
  reply.header('link', links.join(', '))
}

function urlOfPage(request: FastifyRequest, page: number, perPage: number): string {
  const url = new URL(request.url, `${request.protocol}://${request.host}`)
  url.searchParams.set('page', String(page))
  url.searchParams.set('per_page', String(perPage))
  return url.href
}
