import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App } from '../../../src/server/app.ts'
import { registerWeb } from '../../../src/server/web.ts'
import { createSilentApp } from '../../support/server/silent-app.ts'
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary.ts'

let folder: TemporaryFolder
let app: App
beforeAll(async () => {
  folder = await createTemporaryFolder()
  await writeFile(join(folder.path, 'index.html'), '<!doctype html>')
  app = await createSilentApp({
    access: { authenticate: async () => ({ kind: 'anonymous' }) } as never,
    runnerDoor: { runner: async () => null, lease: async () => null },
    resources: [app => registerWeb(app, { folder: folder.path })],
  })
})
afterAll(async () => {
  await app.close()
  await folder.remove()
})

const get = (url: string) => app.inject({ method: 'GET', url })

describe('addresses of the web', () => {
  it('are the one page, whatever it will show', async () => {
    const { statusCode, body } = await get('/group/app/-/releases/v1.0')
    expect([statusCode, body]).toEqual([200, '<!doctype html>'])
  })

  it('of what one downloads of a release lead to the API, which asks who may', async () => {
    const { statusCode, headers } = await get('/group/sub/app/-/releases/v1%2F0/downloads/bin/a.zip?inline=false')
    expect(statusCode).toBe(302)
    expect(headers.location).toBe('/api/v4/projects/group%2Fsub%2Fapp/releases/v1%2F0/downloads/bin/a.zip')
  })

  it('below other doors are not the page', async () => {
    expect((await get('/api/v4/nothing')).statusCode).toBe(404)
    expect((await get('/group/app.git/nothing')).statusCode).toBe(404)
  })
})
