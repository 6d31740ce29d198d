// What a job's own Docker says that it is, once for each image: the same known holes as of the host's engine. A hostile one
// says what it likes; this finds those that are only old.
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../kit/errors.ts'
import { knownHoles, type Versions } from './known-holes.ts'
import type { DockerPolicy } from './policy.ts'
import { askDocker, type DockerAddress } from './probe.ts'

export type AskedDocker = { readonly image: string; readonly imageId: string; readonly address: DockerAddress }

export type DockerHoles = {
  /** For one that answers; fails with `policy_denied` where this runner does not let it serve. */
  readonly heed: (docker: AskedDocker) => Promise<void>
  /** Whether one of this image was refused. */
  readonly isRefused: (imageId: string) => boolean
}

export type DockerHolesOptions = {
  readonly policy: DockerPolicy['knownHoles']
  readonly onProblem: (message: string, error: unknown) => void
}

export function createDockerHoles({ policy, onProblem }: DockerHolesOptions): DockerHoles {
  const found = new Map<string, readonly string[]>()

  async function heed({ image, imageId, address }: AskedDocker): Promise<void> {
    const known = found.get(imageId)
    const holes = known ?? (await holesOf(address))
    if (holes === null) return
    found.set(imageId, holes)
    if (holes.length === 0) return
    const words = `service ${image}: ${holes.join('; ')}`
    if (policy === 'refuse') throw new AppError('policy_denied', `${words} (docker.knownHoles is 'refuse')`)
    if (known === undefined) onProblem("a job's own Docker has known holes", new AppError('known_holes', words))
  }

  return { heed, isRefused: imageId => policy === 'refuse' && (found.get(imageId) ?? []).length > 0 }
}

const tries = 3

/** Null: it does not say. */
async function holesOf(address: DockerAddress): Promise<readonly string[] | null> {
  const question = { method: 'GET', path: '/version', timeoutMs: 2000, totalMs: 2000, maxBytes: 65_536 } as const
  for (let left = tries; left > 0; left -= 1) {
    const answer = await askDocker(address, question)
    if (answer?.status === 200) return knownHoles(readVersions(answer.body))
    await sleep(200)
  }
  return null
}

type Told = { readonly Version?: unknown; readonly Components?: unknown }

/** Whatever was said: what is no version is none. */
function readVersions(body: string): Versions {
  try {
    const { Version, Components } = (JSON.parse(body) ?? {}) as Told
    const components = (Array.isArray(Components) ? Components : []) as readonly ({
      readonly Name?: unknown
      readonly Version?: unknown
    } | null)[]
    const runc = components.find(component => component?.Name === 'runc')?.Version
    return { version: textOf(Version) ?? '', runc: textOf(runc) }
  } catch {
    return { version: '', runc: null }
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
