import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { holdFolder } from '../../../src/store/folder-hold.ts'
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary.ts'

let folder: TemporaryFolder

beforeAll(async () => {
  folder = await createTemporaryFolder('folder-hold')
})
afterAll(() => folder.remove())

it('one process serves a part of a data folder, until it lets go', () => {
  const hold = holdFolder(folder.path, ['web', 'registry'])
  expect(() => holdFolder(folder.path, ['registry'])).toThrow(/another Slipway serves the data folder .*--data/)
  hold.release()
  holdFolder(folder.path, ['registry']).release()
})

it('the two parts may be served by two processes', () => {
  const web = holdFolder(folder.path, ['web'])
  const registry = holdFolder(folder.path, ['registry'])
  web.release()
  registry.release()
})

it('a holder that is killed holds nothing any more', async () => {
  const module = join(import.meta.dirname, '../../../src/store/folder-hold.ts')
  const script = `import { holdFolder } from ${JSON.stringify(module)}
    holdFolder(${JSON.stringify(folder.path)}, ['web']); console.log('held'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  expect(() => holdFolder(folder.path, ['web'])).toThrow(/another Slipway/)
  child.kill('SIGKILL')
  await once(child, 'exit')
  holdFolder(folder.path, ['web']).release()
})
