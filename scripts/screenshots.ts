// Starts a Slipway, fills it with real pipelines, and pictures every page, or only those that are named, into
// docs/screenshots; SLIPWAY_SCREENSHOTS names another folder.
import { join } from 'node:path'
import { takePictures } from '../test/support/screenshots.ts'
import { startSlipway } from '../test/support/slipway.ts'
import { buildDemoWorld } from '../test/support/web/demo-world.ts'

const folder = process.env.SLIPWAY_SCREENSHOTS ?? join(import.meta.dirname, '../docs/screenshots')
const names = process.argv.slice(2)

process.stdout.write('Starting a server and running its pipelines\n')
const slipway = await startSlipway()
try {
  const world = await buildDemoWorld(slipway)
  try {
    const count = await takePictures({ url: slipway.url, password: slipway.rootPassword, folder, names }, world)
    process.stdout.write(`${count} pictures are in ${folder}\n`)
  } finally {
    await world.remove()
  }
} finally {
  await slipway.stop()
}
