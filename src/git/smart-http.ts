// git's smart HTTP protocol (gitprotocol-http): `<path>[.git]/info/refs`, `git-upload-pack`, `git-receive-pack`.
// Strangers get the same 401 for a private project as for one that does not exist.
import type { IncomingMessage, ServerResponse } from 'node:http'
import PQueue from 'p-queue'
import { createAdvertiser } from './advertise.ts'
import type { ReceiveDeps } from './push-request.ts'
import { MalformedPush, receivePush } from './receive.ts'
import type { Turns } from './turns.ts'
import { uploadPack } from './upload.ts'
import { admit, bodyOf, headersOf, isGitUrl, protocolOf, refuse, type Visit, type VisitDeps } from './visit.ts'

export type SmartHttpDeps = ReceiveDeps &
  VisitDeps & {
    /** Fetches that run at once; more wait. */
    readonly mostFetches: number
    readonly turns: Turns
  }

export type SmartHttp = {
  readonly matches: (url: string) => boolean
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>
}

export function createSmartHttp(deps: SmartHttpDeps): SmartHttp {
  const advertiser = createAdvertiser(deps.repositories)
  const fetches = new PQueue({ concurrency: deps.mostFetches })

  async function advertise(visit: Visit): Promise<void> {
    const { response, service, folder } = visit
    if (service === 'git-receive-pack') {
      response.writeHead(200, headersOf(`application/x-${service}-advertisement`)).end(await advertiser.forPush(folder))
    } else if (protocolOf(visit.request) === 'version=2') {
      response.writeHead(200, headersOf(`application/x-${service}-advertisement`)).end(await advertiser.forFetch())
    } else {
      await fetches.add(() => uploadPack(deps.repositories.git, visit))
    }
  }

  async function receive(visit: Visit): Promise<void> {
    const { request, response, actor, access, folder } = visit
    deps.repositories.objects.warm(folder)
    // Sent with the first byte of the answer: until then a malformed push can still get a 400.
    for (const [name, value] of Object.entries(headersOf('application/x-git-receive-pack-result')))
      response.setHeader(name, value)
    await receivePush(deps, {
      actor,
      access,
      folder,
      body: bodyOf(request),
      answer: response,
      inTurn: action => deps.turns.take(access.project.id, action),
    })
    deps.repositories.maintenance.pushed(folder)
  }

  return {
    matches: isGitUrl,
    handle: async (request, response) => {
      try {
        const visit = await admit(deps, request, response)
        if (visit === null) return
        if (visit.isAdvertisement) await advertise(visit)
        else if (visit.service === 'git-receive-pack') await receive(visit)
        else await fetches.add(() => uploadPack(deps.repositories.git, visit))
      } catch (error) {
        fail(deps, response, error)
      }
    },
  }
}

function fail(deps: SmartHttpDeps, response: ServerResponse, error: unknown): void {
  const problem = problemOf(error)
  if (problem === null) deps.onBug(error, 'a git request')
  if (response.headersSent || response.destroyed) response.destroy()
  else if (problem === null) refuse(response, 500, 'Something went wrong here; it has been logged.')
  else refuse(response, 400, problem)
}

/** What the client did wrong; null: it is our own mistake. */
function problemOf(error: unknown): string | null {
  if (error instanceof MalformedPush) return error.message
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (code.startsWith('Z_')) return 'the body is not valid gzip'
  return code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' ? 'the connection was closed' : null
}
