// A registry in a process of its own that kills itself with SIGKILL at a named point, so that a test can see what a sudden
// end leaves behind. Points are calls of the registry's ports, before or after: `commit:before`, `addBlob:after`, …
//
// Environment: FOLDER (kept between runs), POINT (or none). It prints its URL.
import { startTestRegistry } from './test-registry.ts'

const { FOLDER: folder = '', POINT: point = '' } = process.env
const [call = '', when = ''] = point.split(':')

function dieAround<T extends object>(port: T): T {
  return new Proxy(port, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (name !== call || typeof value !== 'function') return value
      return async (...given: unknown[]) => {
        if (when === 'before') process.kill(process.pid, 'SIGKILL')
        const result: unknown = await Reflect.apply(value, target, given)
        if (when === 'after') process.kill(process.pid, 'SIGKILL')
        return result
      }
    },
  })
}

const registry = await startTestRegistry(
  { grace: { blobMs: 0, untaggedMs: 0, abandonedMs: 0 } },
  {
    folder,
    wrapStore: dieAround,
    wrapStorage: storage =>
      dieAround({
        ...storage,
        createUpload: async id => dieAround(await storage.createUpload(id)),
        async openUpload(id) {
          const opened = await storage.openUpload(id)
          return opened === null ? null : { ...opened, file: dieAround(opened.file) }
        },
      }),
  },
)
process.on('SIGUSR2', async () => {
  const signal = new AbortController().signal
  for (let round = 0; round < 4; round++) await registry.registry().collector.collect(signal)
  await registry.registry().sweeper.sweep(signal)
  const verified = await registry.registry().sweeper.verify(signal, () => {})
  process.stdout.write(`${JSON.stringify(verified)}\n`)
})
// Only now: whoever reads it may send the signal at once.
process.stdout.write(`${registry.url}\n`)
