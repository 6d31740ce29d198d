// Every flow without a pointer: what is wanted can be reached by Tab, is marked and in sight when it is reached, and acts
// by the keys that people expect.
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type OwnBrowser, openBrowser } from '../../support/web/browser.ts'
import { startWebFixture, type WebFixture } from '../../support/web/fixture-server.ts'
import { tabTo } from '../../support/web/tab-to.ts'
import { type WatchedPage, watchPage } from '../../support/web/watch-page.ts'

const at = (path: string): string => `/shop/backend/-/${path}`

let fixture: WebFixture
let browser: OwnBrowser
let page: Page
let watched: WatchedPage

beforeAll(async () => {
  fixture = await startWebFixture({ signedOut: true })
  browser = await openBrowser({ viewport: { width: 1280, height: 800 } })
  page = await browser.context.newPage()
  page.setDefaultTimeout(15_000)
  watched = watchPage(page)
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await fixture?.close()
})
afterEach(() => {
  fixture.changes.length = 0
})

const open = (path: string): Promise<void> => watched.visit(fixture.url + path)
const press = (...keys: readonly string[]): Promise<void> =>
  keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve())
const type = (text: string): Promise<void> => page.keyboard.type(text)
const changed = (what: RegExp): Promise<void> =>
  expect.poll(() => fixture.changes, { timeout: 10_000 }).toContainEqual(expect.stringMatching(what))

it('one signs in, and is where one wanted to go', async () => {
  await page.goto(fixture.url + at('pipelines'))
  await page.getByRole('heading', { name: 'Sign in to Slipway' }).waitFor()
  await type('root')
  await press('Tab')
  await type('right password')
  await press('Enter')
  await page.getByRole('heading', { name: 'Pipelines' }).waitFor()
})

it('one skips the lists to the content', async () => {
  await open(at('pipelines'))
  await press('Tab')
  await page.locator('.skip:focus').waitFor()
  await press('Enter', 'Tab')
  expect(await page.evaluate(() => document.activeElement?.closest('main') !== null)).toBe(true)
})

describe('in a log', () => {
  it('one folds a section and opens it again', async () => {
    await open(at('jobs/505'))
    const section = page.locator('.log-title').first()
    await section.waitFor()
    await tabTo(page, (await section.textContent())?.trim() ?? '')
    await press('Enter')
    await expect.poll(() => section.getAttribute('aria-expanded')).toBe('false')
    await press('Space')
    await expect.poll(() => section.getAttribute('aria-expanded')).toBe('true')
  })

  it('one finds a text, steps through its lines, and is back in the log', async () => {
    await press('/')
    await type('error')
    await page.locator('.log-current').waitFor()
    const first = await page.locator('.log-current').getAttribute('data-row')
    await press('Enter')
    await expect.poll(() => page.locator('.log-current').getAttribute('data-row')).not.toBe(first)
    await press('Escape')
    await page.locator('.log-area:focus').waitFor()
  })

  it('one goes to the next failure, to the ends, and to the next job', async () => {
    await press('f')
    // The row where the find bar stood is current still, but without a mark.
    await page.locator('.log-current mark').waitFor()
    await press('G', 'g')
    await page.locator('.log-row[data-row="0"]').waitFor()
    const before = page.url()
    await press(']')
    await expect.poll(() => page.url()).not.toBe(before)
  })
})

describe('a job', () => {
  it('is retried', async () => {
    await open(at('jobs/505'))
    await tabTo(page, 'Retry')
    await press('Enter')
    await changed(/^POST \S+jobs\/505\/retry/)
  })

  it('that waits is started with a variable', async () => {
    const waiting = fixture.jobNamed('production')
    await open(at(`jobs/${waiting}`))
    await tabTo(page, 'Start')
    await press('Enter')
    await page.getByRole('dialog').waitFor()
    await tabTo(page, 'Name of variable 1')
    await type('REASON')
    await tabTo(page, 'Value of variable 1')
    await type('the summer release')
    await tabTo(page, 'Start')
    await press('Enter')
    await changed(/^POST \S+\/play .*"REASON".*"the summer release"/)
  })

  it('has artifacts to browse', async () => {
    await open(at('jobs/505'))
    await tabTo(page, 'Browse')
    await press('Enter')
    await page.getByRole('heading', { name: 'Artifacts' }).waitFor()
    await tabTo(page, /^report/)
    await press('Enter')
    await tabTo(page, /^assets/)
    await press('Enter')
    await tabTo(page, /^style\.css/)
  })
})

describe('a pipeline', () => {
  it('is canceled', async () => {
    await open(at('pipelines/142'))
    await tabTo(page, 'Cancel')
    await press('Enter')
    await changed(/^POST \S+pipelines\/142\/cancel/)
  })

  it('has jobs whose action is in the node', async () => {
    await tabTo(page, /^Retry e2e/)
    await press('Space')
    await changed(/^POST \S+jobs\/\d+\/retry/)
  })

  it('has a menu of arrows, which gives the focus back', async () => {
    await open(at('pipelines/142'))
    await tabTo(page, 'More about this pipeline')
    await press('Enter')
    await page.locator('.menu-list :focus').waitFor()
    await press('ArrowDown', 'Escape')
    await page.getByRole('button', { name: 'More about this pipeline' }).and(page.locator(':focus')).waitFor()
  })
})

describe('the Container Registry', () => {
  it('deletes a tag after it has shown what goes', async () => {
    await open(at('container_registry/1'))
    await tabTo(page, /^Select (?!v)/)
    await press('Space')
    await tabTo(page, 'Delete 1 tag')
    await press('Enter')
    await page
      .getByRole('dialog')
      .getByText(/1 tag goes/)
      .waitFor()
    await tabTo(page, 'Delete 1 tag')
    await press('Enter')
    await changed(/^(DELETE|POST) \S+registry\/repositories\/1\/tags/)
  })

  it('takes a cleanup policy with a preview', async () => {
    await open(at('container_registry/settings'))
    await tabTo(page, 'Runs')
    await press('ArrowDown')
    await tabTo(page, 'But keeps those that match')
    await press('Control+a')
    await type('release-.+')
    await tabTo(page, 'Show what would go')
    await press('Enter')
    await changed(/^POST \S+cleanup\S*.*release-/)
    await tabTo(page, 'Save', 'back')
    await press('Enter')
    await changed(/^(PUT|POST) \S+cleanup\S*.*release-/)
  })
})

describe('settings', () => {
  it('take a masked variable', async () => {
    await open(at('settings/variables'))
    await tabTo(page, 'Add variable')
    await press('Enter')
    await tabTo(page, 'Key')
    await type('API_TOKEN')
    await tabTo(page, 'Value')
    await type('sixteen-letters-')
    await tabTo(page, /^Masked/)
    await press('Space')
    await tabTo(page, 'Save')
    await press('Enter')
    await changed(/^POST \S+\/variables .*"API_TOKEN".*"masked":true/)
  })

  it('take a trigger token, which is shown once with the command that uses it', async () => {
    await open(at('settings/triggers'))
    await tabTo(page, 'New token')
    await press('Enter')
    await page.getByRole('dialog').waitFor()
    await type('the nightly build')
    await press('Enter')
    await changed(/^POST \S+\/triggers .*"the nightly build"/)
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await page.getByText('token=glptt-made-just-now').count()).toBe(1)
    await tabTo(page, 'I have it')
    await press('Enter')
    await page.getByText('glptt-made-just-now').first().waitFor({ state: 'detached' })
  })

  it('take a webhook, and send it a test', async () => {
    await open(at('hooks'))
    await tabTo(page, 'Add webhook')
    await press('Enter')
    await page.getByRole('dialog').waitFor()
    await type('https://chat.example.com/hook')
    await tabTo(page, /^Pipeline events/)
    await press('Space')
    await tabTo(page, 'Add webhook')
    await press('Enter')
    await changed(/^POST \S+\/hooks .*"push_events":true.*"pipeline_events":true/)
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await tabTo(page, /^Test, and see deliveries/)
    await press('Enter')
    await tabTo(page, 'Test with the newest')
    await press('ArrowDown')
    await tabTo(page, 'Send test')
    await press('Enter')
    await changed(/^POST \S+\/hooks\/1\/test\/tag_push_events/)
    await page.getByText('The test was delivered.').waitFor()
  })

  it('enable a runner of another project here, and disable one', async () => {
    await open(at('runners'))
    await tabTo(page, 'Enable another')
    await press('Enter')
    await page.getByRole('dialog').getByText('host-4').first().waitFor({ state: 'attached' })
    await tabTo(page, 'Enable runner')
    await press('Enter')
    await changed(/^POST \S+\/runners .*"runner_id":4/)
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await tabTo(page, 'Disable host-3 for this project')
    await press('Enter')
    await tabTo(page, 'Disable runner')
    await press('Enter')
    await changed(/^DELETE \S+\/runners\/3/)
  })

  it('pause a runner', async () => {
    await open('/-/runners')
    await tabTo(page, 'Pause host-1')
    await press('Enter')
    await changed(/^PUT \S+runners\/1 .*"paused":true/)
  })
})

it('one jumps to a project by its name', async () => {
  await open('/')
  await press('/')
  await page.locator('dialog input:focus').waitFor()
  await type('front')
  await press('Enter')
  await page.getByRole('heading', { name: 'frontend' }).waitFor()
})

it('the keys of a page are listed', async () => {
  await open(at('jobs/505'))
  await press('?')
  await page.getByRole('dialog').getByText('Next line that tells of a failure').waitFor()
  await press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
})
