// A fetch or clone, streamed through git.
import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import type { Git } from './process.ts'
import { bodyOf, headersOf, protocolOf, type Visit } from './visit.ts'

/** Answers a request for refs (protocol 0 and 1) or objects; a client that goes away ends git. */
export async function uploadPack(git: Git, visit: Visit): Promise<void> {
  const { request, response, folder, isAdvertisement } = visit
  if (response.destroyed) return
  const protocol = protocolOf(request)
  // What pipelines hold on to is for their jobs: others would only fetch it by accident.
  const hidden = visit.actor.kind === 'job' ? [] : ['-c', 'uploadpack.hideRefs=refs/pipelines']
  const args = [
    ...hidden,
    '--git-dir',
    folder,
    'upload-pack',
    '--stateless-rpc',
    ...(isAdvertisement ? ['--advertise-refs'] : []),
    folder,
  ]
  const environment = protocol === undefined ? {} : { GIT_PROTOCOL: protocol }
  const child = git.start(args, environment)
  response.once('close', () => child.end())
  const type = isAdvertisement ? 'application/x-git-upload-pack-advertisement' : 'application/x-git-upload-pack-result'
  response.writeHead(200, headersOf(type))
  if (isAdvertisement) response.write('001e# service=git-upload-pack\n0000')
  const input = isAdvertisement ? Promise.resolve(child.stdin.end()) : pipeline(bodyOf(request), child.stdin)
  await Promise.all([input.catch(ignoreGone), pipeline(child.stdout, response).catch(ignoreGone), child.ended])
  if (!response.destroyed && !response.writableFinished) await once(response, 'close')
}

/** The client or git ended early: the other side has seen it, and there is nobody left to tell. */
function ignoreGone(error: NodeJS.ErrnoException): void {
  const expected = [
    'ERR_STREAM_PREMATURE_CLOSE',
    'EPIPE',
    'ECONNRESET',
    'ERR_STREAM_DESTROYED',
    'Z_DATA_ERROR',
    'ABORT_ERR',
  ]
  if (!expected.includes(error.code ?? '')) throw error
}
