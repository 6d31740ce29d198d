// Starts a Slipway, fills it with real pipelines, and pictures every page into docs/screenshots.
import { join } from 'node:path'
import { takePictures } from '../test/support/screenshots.ts'
import { startSlipway } from '../test/support/slipway.ts'
import { buildDemoWorld } from '../test/support/web/demo-world.ts'

const folder = process.argv[2] ?? join(import.meta.dirname, '../docs/screenshots')

process.stdout.write('Starting a server and running its pipelines\n')
const slipway = await startSlipway()
try {
  const world = await buildDemoWorld(slipway)
  try {
    const count = await takePictures({ url: slipway.url, password: slipway.rootPassword, folder }, world)
    process.stdout.write(`${count} pictures are in ${folder}\n`)
  } finally {
    await world.remove()
  }
} finally {
  await slipway.stop()
}
