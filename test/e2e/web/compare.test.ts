// The logs of two attempts of a job, beside each other.
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { type OwnBrowser, openBrowser } from '../../support/web/browser.ts'
import { longLog } from '../../support/web/fixture-log.ts'
import { startWebFixture, type WebFixture } from '../../support/web/fixture-server.ts'
import { tabTo } from '../../support/web/tab-to.ts'
import { type WatchedPage, watchPage } from '../../support/web/watch-page.ts'

const comparison = '/shop/backend/-/jobs/490/compare/505'
let browser: OwnBrowser
let page: Page
let watched: WatchedPage
let fixture: WebFixture | undefined

beforeAll(async () => {
  browser = await openBrowser({ viewport: { width: 1280, height: 800 } })
  page = await browser.context.newPage()
  page.setDefaultTimeout(15_000)
  watched = watchPage(page)
}, 60_000)
afterEach(() => fixture?.close())
afterAll(() => browser?.close())

const log = (side: 'left' | 'right') => page.getByRole('region', { name: `Log of the ${side} attempt` })
const row = (side: 'left' | 'right', text: string) => log(side).locator('.log-row', { hasText: text })
const topOf = async (side: 'left' | 'right', text: string) => (await row(side, text).boundingBox())?.y

async function inStep(left: string, right: string): Promise<void> {
  await row('left', left).waitFor()
  await row('right', right).waitFor()
  await expect.poll(async () => (await topOf('left', left)) === (await topOf('right', right))).toBe(true)
}

it('is reached from the job, marks what differs, and goes from one difference to the next by keyboard', async () => {
  fixture = await startWebFixture()
  await watched.visit(`${fixture.url}/shop/backend/-/jobs/505`)
  await tabTo(page, 'Compare')
  await page.keyboard.press('Enter')
  await page.getByText('4 differences').waitFor()
  expect(page.url()).toContain(comparison)
  await row('left', 'npm warn a package is old').and(page.locator('.log-differs')).waitFor()
  await row('right', 'added 214 packages').waitFor()
  expect(await row('right', 'added 214 packages').and(page.locator('.log-differs')).count()).toBe(0)

  await page.keyboard.press('n')
  await page.keyboard.press('n')
  await page.getByText('2 of 4 differences').waitFor()
  await row('left', 'npm warn a package is old').and(page.locator('.log-current')).waitFor()
  await page.keyboard.press('N')
  await page.keyboard.press('N')
  await page.getByText('4 of 4 differences').waitFor()
  await inStep('expected 12.51', 'expected 12.50')
})

it('keeps both logs in step while one scrolls', async () => {
  fixture = await startWebFixture()
  await watched.visit(fixture.url + comparison)
  await page.getByText('4 differences').waitFor()
  await log('right').hover()
  await page.mouse.wheel(0, 600)
  await inStep('case-36 ', 'case-36 ')
})

it('compares the beginning of very long logs, and says so', async () => {
  const bytes = longLog(60_000)
  fixture = await startWebFixture({ attemptLogs: [bytes, bytes] })
  await watched.visit(fixture.url + comparison)
  await page.getByText('The two logs are the same.').waitFor()
  await page.getByText('Only the first 50,000 lines are compared.').waitFor()
})
