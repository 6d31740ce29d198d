// The server of the live benchmark, in a process of its own so that its CPU can be told from that of the viewers.
import { openApiWorld } from '../test/support/server/api-world.ts'

export type BenchJob = { readonly id: number; readonly lease: number; readonly leaseToken: string }
export type ServerWord =
  | { readonly kind: 'ready'; readonly url: string; readonly viewerToken: string; readonly runnerToken: string }
  | { readonly kind: 'job'; readonly job: BenchJob }
  | { readonly kind: 'cpu'; readonly microseconds: number }
export type ServerWish = 'job' | 'cpu' | 'end'

const mebibyte = 1024 * 1024
const world = await openApiWorld({ traceCap: { headBytes: 512 * mebibyte, tailBytes: mebibyte } })
const url = await world.listen()
tell({ kind: 'ready', url, viewerToken: world.tokens.guest, runnerToken: world.runnerToken })

process.on('message', (wish: ServerWish) => {
  void answer(wish)
})

async function answer(wish: ServerWish): Promise<void> {
  if (wish === 'cpu') {
    const { user, system } = process.cpuUsage()
    tell({ kind: 'cpu', microseconds: user + system })
  } else if (wish === 'job') {
    await world.runs.push('chatty:\n  script: x\n', { branch: 'topic' })
    const payload = await world.claim()
    if (payload === null) throw new Error('there was no job')
    tell({
      kind: 'job',
      job: { id: payload.id, lease: payload.slipway.lease, leaseToken: payload.slipway.lease_token },
    })
  } else {
    await world.close()
    process.disconnect()
  }
}

function tell(word: ServerWord): void {
  process.send?.(word)
}
