// A connection between two parts that a test can make stand still, or cut, at once or at a named point of what passes.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type FaultProxy = {
  readonly port: number
  /** `pass`: as if it were not there. `stall`: nothing moves, nothing is closed. `cut`: what is open is reset, nothing new. */
  readonly set: (mode: 'pass' | 'stall' | 'cut') => void
  /** The first time that the near side says something like this, `act` comes before it is passed on, if it still is. */
  readonly whenAsked: (pattern: RegExp, act: (asker: Socket) => void | Promise<void>) => void
  /** The first time that the far side answers after that was asked, the answer is lost with its connection. */
  readonly loseAnswerTo: (pattern: RegExp) => Promise<void>
  readonly close: () => Promise<void>
}

type Pair = { readonly near: Socket; readonly far: Socket; losesAnswer: (() => void) | null }

export async function startFaultProxy(target: { readonly port: number }): Promise<FaultProxy> {
  const pairs = new Set<Pair>()
  const watches: { readonly pattern: RegExp; readonly act: (pair: Pair) => void | Promise<void> }[] = []
  let mode: 'pass' | 'stall' | 'cut' = 'pass'
  const server = createServer(near => {
    if (mode === 'cut') return near.destroy()
    open(near)
  })

  function open(near: Socket): void {
    const pair: Pair = { near, far: connect(target.port, '127.0.0.1'), losesAnswer: null }
    pairs.add(pair)
    const { far } = pair
    near.on('data', chunk => void ask(pair, chunk))
    far.on('data', chunk => answer(pair, chunk))
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        pairs.delete(pair)
        other.destroy()
      })
      socket.on('end', () => other.end())
    }
    if (mode === 'stall') hold(pair)
  }

  async function ask(pair: Pair, chunk: Buffer): Promise<void> {
    const found = watches.findIndex(({ pattern }) => pattern.test(chunk.toString('latin1')))
    const [watch] = found < 0 ? [] : watches.splice(found, 1)
    pair.near.pause()
    await watch?.act(pair)
    if (pair.near.destroyed) return
    pair.far.write(chunk)
    if (mode !== 'stall') pair.near.resume()
  }

  function answer(pair: Pair, chunk: Buffer): void {
    if (pair.losesAnswer === null) return void pair.near.write(chunk)
    pair.losesAnswer()
    pair.near.destroy()
    pair.far.destroy()
  }

  function hold({ near, far }: Pair): void {
    near.pause()
    far.pause()
  }

  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    set: wanted => {
      mode = wanted
      for (const pair of pairs) {
        if (mode === 'cut') pair.near.destroy()
        else if (mode === 'stall') hold(pair)
        else for (const socket of [pair.near, pair.far]) socket.resume()
      }
    },
    whenAsked: (pattern, act) => {
      watches.push({ pattern, act: ({ near }) => act(near) })
    },
    loseAnswerTo: pattern =>
      new Promise(resolve => {
        watches.push({
          pattern,
          act: pair => {
            pair.losesAnswer = resolve
          },
        })
      }),
    close: async () => {
      for (const { near, far } of pairs) {
        near.destroy()
        far.destroy()
      }
      await new Promise(resolve => server.close(resolve))
    },
  }
}
