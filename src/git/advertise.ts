// The answer to `GET …/info/refs`. What git itself would say is learned once, from an empty repository; the refs are
// read from the files. So no process is started for it.
import { rm } from 'node:fs/promises'
import { encodeLine, flush } from './pkt-line.ts'
import { readRefs } from './refs.ts'
import type { Repositories } from './repositories.ts'

export type Service = 'git-upload-pack' | 'git-receive-pack'

export type Advertiser = {
  /** The refs that a push starts from. */
  readonly forPush: (folder: string) => Promise<Buffer>
  /** Protocol version 2: what the server can do; refs are asked for later. */
  readonly forFetch: () => Promise<Buffer>
}

export function createAdvertiser(repositories: Repositories): Advertiser {
  let known: Promise<Abilities> | null = null
  const abilities = () => {
    known ??= learnAbilities(repositories)
    // A failure is not kept: the next request tries again.
    known.catch(() => (known = null))
    return known
  }
  return {
    forPush: async folder => {
      const { push } = await abilities()
      const refs = [...(await readRefs(folder, ['refs/heads', 'refs/tags']))]
      const [first, ...others] = refs.length === 0 ? [['capabilities^{}', '0'.repeat(40)] as const] : refs
      const lines = others.map(([name, id]) => encodeLine(`${id} ${name}`))
      const head = first === undefined ? [] : [encodeLine(`${first[1]} ${first[0]}\0${push}`)]
      return Buffer.concat([encodeLine('# service=git-receive-pack'), flush, ...head, ...lines, flush])
    },
    forFetch: async () => {
      const { fetch } = await abilities()
      return Buffer.concat([encodeLine('# service=git-upload-pack'), flush, fetch])
    },
  }
}

type Abilities = {
  /** The capabilities of receive-pack, as they follow the NUL. */
  readonly push: string
  /** upload-pack's capability advertisement of version 2, whole. */
  readonly fetch: Buffer
}

async function learnAbilities({ git, folderOf, ensure }: Repositories): Promise<Abilities> {
  const id = Number.MAX_SAFE_INTEGER // no project ever gets it
  const folder = await ensure(id)
  const ask = async (command: string, environment: Readonly<Record<string, string>>) => {
    const answer = await git.run(folder, [command, '--stateless-rpc', '--advertise-refs', folder], { environment })
    if (answer === null) throw new Error(`git ${command} does not run`)
    return answer
  }
  const push = await ask('receive-pack', {})
  const fetch = await ask('upload-pack', { GIT_PROTOCOL: 'version=2' })
  await rm(folderOf(id), { recursive: true, force: true })
  return { push: /\0([^\n]*)\n/.exec(push.toString('latin1'))?.[1] ?? '', fetch }
}
