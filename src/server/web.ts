// Serves the pages. Files with a hash in their name never change and are kept for good; every other address that is no
// door of the server's is the one page, which asks the browser's script what to show.
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import serveStatic from '@fastify/static'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from './app.ts'
import { linkHints } from './web-hints.ts'

const open = { config: { policy: { kind: 'public' } }, schema: { hide: true } } as const
/** The address of a release's link, as releases tell it. */
const releaseLink = /^\/(?<project>.+?)\/-\/releases\/(?<tag>[^/]+)\/downloads\/(?<path>.+)$/
/** No page of ours begins like this; a wrong address there is answered in the words of its protocol. */
const otherDoors = /^\/(api|v2|jwt|metrics|assets|-\/(live|ready))(\/|\?|$)|\.git(\/|\?|$)/
const foreverHeader = 'public, max-age=31536000, immutable'
const pageHeader = 'no-cache'
/** They bear no hash, and change with a new version at most. */
const hourHeader = 'public, max-age=3600'

/** @param folder of the built pages, `dist/web` */
export async function registerWeb(app: App, { folder }: { readonly folder: string }): Promise<void> {
  const isBuilt = await access(join(folder, 'index.html')).then(
    () => true,
    () => false,
  )
  if (!isBuilt) {
    app.log.warn('the pages are not built: run npm run build:web')
    app.get('/*', open, async (request, reply) => {
      if (otherDoors.test(request.url)) return reply.callNotFound()
      return reply.code(503).type('text/plain').send('The pages are not built. Run: npm run build:web\n')
    })
    return
  }
  await app.register(serveStatic, { root: folder, serve: false, cacheControl: false, preCompressed: true })
  app.get('/assets/*', open, async (request: FastifyRequest, reply) => {
    const { '*': name } = request.params as { '*': string }
    return sendFile(reply, `assets/${name}`, foreverHeader)
  })
  for (const name of ['theme.js', 'favicon.svg'])
    app.get(`/${name}`, open, async (_request, reply) => sendFile(reply, name, hourHeader))
  app.get('/*', open, async (request, reply) => {
    if (otherDoors.test(request.url)) return reply.callNotFound()
    const [path = '/'] = request.url.split('?')
    const { project, tag, path: below } = releaseLink.exec(path)?.groups ?? {}
    if (project !== undefined)
      return reply.redirect(`/api/v4/projects/${project.replaceAll('/', '%2F')}/releases/${tag}/downloads/${below}`)
    return sendFile(reply.header('link', linkHints(path)), 'index.html', pageHeader)
  })
}

function sendFile(reply: FastifyReply, name: string, cacheControl: string): FastifyReply {
  return reply.header('cache-control', cacheControl).sendFile(name)
}
