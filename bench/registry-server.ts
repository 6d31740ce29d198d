// Our registry in a process of its own, as the measurements need it: token authentication on, real SQL and files. It prints
// its URL and its folder, and ends by SIGTERM.
import { startTestRegistry } from '../test/support/registry/test-registry.ts'

const registry = await startTestRegistry()
process.on('SIGTERM', async () => {
  await registry.stop()
  process.exit(0)
})
process.stdout.write(`${JSON.stringify({ url: registry.url, folder: registry.folder })}\n`)
