// Gives a room's own Docker the images of the pipeline that the job names, by digest and with the job's own rights, so
// that `docker tag` finds on a fresh daemon what an earlier job built.
import { AppError } from '../../kit/errors.ts'
import type { RegistryCredential } from '../port.ts'
import { credentialFor } from './credentials.ts'
import { parseImageName } from './image-name.ts'
import { askDocker, type DockerAddress } from './probe.ts'

export type PipelineImage = { readonly reference: string; readonly digest: string }

export async function giveImage(
  address: DockerAddress,
  image: PipelineImage,
  { credentials, signal }: { readonly credentials: readonly RegistryCredential[]; readonly signal: AbortSignal },
): Promise<void> {
  const { host, path, tag } = parseImageName(image.reference)
  const repository = `${host}/${path}`
  await ask(address, image, {
    path: `/images/create?${new URLSearchParams({ fromImage: repository, tag: image.digest })}`,
    headers: { 'x-registry-auth': authorization(image.reference, credentials) },
    signal,
  })
  const name = encodeURIComponent(`${repository}@${image.digest}`)
  await ask(address, image, {
    path: `/images/${name}/tag?${new URLSearchParams({ repo: repository, tag: tag ?? 'latest' })}`,
    headers: {},
    signal,
  })
}

type Asked = {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

async function ask(address: DockerAddress, image: PipelineImage, asked: Asked): Promise<void> {
  const bounds = { timeoutMs: 60_000, totalMs: 3_600_000, maxBytes: 4 * 1024 * 1024 }
  const answer = await askDocker(address, { method: 'POST', ...bounds, ...asked })
  const problem = answer === null ? 'no answer' : problemIn(answer)
  if (problem === null) return
  throw new AppError('image_pull_failed', `${image.reference} could not be given to the job's Docker: ${problem}`)
}

function problemIn(answer: { readonly status: number; readonly body: string }): string | null {
  const said = /"(?:error|message)":"((?:[^"\\]|\\.){1,500})/.exec(answer.body)?.[1]
  if (answer.status >= 400) return said ?? `status ${answer.status}`
  return answer.body.includes('"error":') ? (said ?? 'the pull failed') : null
}

function authorization(reference: string, credentials: readonly RegistryCredential[]): string {
  const credential = credentialFor(reference, credentials)
  const { username, password, host } = credential ?? { username: '', password: '', host: '' }
  const text = credential === null ? '{}' : JSON.stringify({ username, password, serveraddress: host })
  // The engine wants the padding that Node leaves out.
  return Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}
