// What a page must never do while it is looked at: tell of an error, or run what was only data.
import type { Page } from 'playwright-core'

export type WatchedPage = {
  /** Goes there, once more if the network of the machine changed meanwhile. */
  readonly visit: (url: string) => Promise<void>
  /** Errors of the console and of scripts since the last visit. */
  readonly errors: () => readonly string[]
}

/** Networks of containers come and go on the machine of the tests; the browser breaks requests off when they do. */
const changedNetwork = /ERR_NETWORK_CHANGED/
const tries = 4

export function watchPage(page: Page): WatchedPage {
  let errors: string[] = []
  let isBroken = false
  page.on('console', message => {
    if (message.type() !== 'error' || changedNetwork.test(message.text())) return
    errors.push(`${message.location().url}: ${message.text()}`)
  })
  page.on('pageerror', error => errors.push(`${page.url()}: ${error.message}`))
  page.on('requestfailed', request => {
    isBroken ||= changedNetwork.test(request.failure()?.errorText ?? '')
  })
  return {
    errors: () => errors,
    async visit(url) {
      for (let attempt = 1; attempt <= tries; attempt += 1) {
        isBroken = false
        errors = []
        try {
          await page.goto(url)
          await page.locator('h1').first().waitFor()
          await page.locator('.skeleton, .page-loading').first().waitFor({ state: 'detached' })
          if (!isBroken) return
        } catch (error) {
          if (!isBroken || attempt === tries) throw error
        }
      }
    },
  }
}
