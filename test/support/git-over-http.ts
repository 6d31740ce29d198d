// Serves one bare repository for fetching over smart HTTP, with the credentials that are expected.
import { spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'

export type GitOverHttp = { readonly repository: string; readonly password: string }

/** True: the request was git's and is answered. */
export function answerGit(git: GitOverHttp, request: IncomingMessage, response: ServerResponse, body: Buffer): boolean {
  const url = new URL(request.url ?? '/', 'http://x')
  const isRefs = url.pathname.endsWith('.git/info/refs')
  if (!isRefs && !url.pathname.endsWith('.git/git-upload-pack')) return false
  const expected = `Basic ${Buffer.from(`gitlab-ci-token:${git.password}`).toString('base64')}`
  if (request.headers.authorization !== expected) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end()
    return true
  }
  const kind = isRefs ? 'advertisement' : 'result'
  response.writeHead(200, { 'content-type': `application/x-git-upload-pack-${kind}`, 'cache-control': 'no-cache' })
  if (isRefs) response.write('001e# service=git-upload-pack\n0000')
  const args = ['upload-pack', '--stateless-rpc', ...(isRefs ? ['--advertise-refs'] : []), git.repository]
  const child = spawn('git', args, {
    env: { ...process.env, GIT_PROTOCOL: String(request.headers['git-protocol'] ?? '') },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdout.pipe(response)
  child.stdin.on('error', () => {}) // it had read enough
  child.stdin.end(body)
  return true
}
