// A real browser, as the tests and the screenshots use it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'

export type OwnBrowser = {
  readonly context: BrowserContext
  readonly close: () => Promise<void>
}

const executablePath = '/usr/bin/chromium'
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
]

/** With a profile of its own, which is deleted afterwards. */
export async function openBrowser(options: Parameters<Browser['newContext']>[0] = {}): Promise<OwnBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-browser-'))
  const context = await chromium.launchPersistentContext(folder, { executablePath, args, headless: true, ...options })
  return {
    context,
    close: async () => {
      await context.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
