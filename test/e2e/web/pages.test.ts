// Every page with made-up answers that hold hostile strings: nothing of them runs, nothing breaks, everybody can use it.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seriousFindings } from '../../support/web/axe.ts'
import { type OwnBrowser, openBrowser } from '../../support/web/browser.ts'
import { startWebFixture, type WebFixture } from '../../support/web/fixture-server.ts'
import { type WatchedPage, watchPage } from '../../support/web/watch-page.ts'

const at = (page: string): string => `/shop/backend/-/${page}`
const pages = [
  '/',
  '/-/projects',
  '/-/projects/new',
  '/-/access-tokens',
  '/-/profile',
  '/-/groups',
  '/-/runners',
  '/groups/shop',
  '/groups/shop?view=members',
  '/groups/shop?view=variables',
  '/admin',
  '/admin/users',
  '/help',
  '/help/pipeline-syntax',
  '/-/api',
  '/-/nothing',
  '/shop/backend',
  at('pipelines'),
  at('pipelines/new'),
  at('pipelines/142'),
  at('pipelines/142/jobs'),
  at('pipelines/142/waterfall'),
  at('pipelines/142/tests'),
  at('pipelines/142/images'),
  at('pipelines/142/why'),
  at('pipelines/142/logs?search=Assertion'),
  at('pipelines/134'),
  at('jobs/505'),
  at('jobs/490/compare/505'),
  at('jobs/505/artifacts'),
  at('tree?ref=main'),
  at('blob/.gitlab-ci.yml?ref=main#L3'),
  at('commits'),
  at('commit/4f9a1c22'),
  at('branches'),
  at('tags'),
  at('releases'),
  at('releases/v2.4.0'),
  at('merge_requests'),
  at('container_registry'),
  at('container_registry/1'),
  at('container_registry/1/v2.4.0'),
  at('container_registry/settings'),
  at('environments'),
  at('pipeline_schedules'),
  at('runners'),
  at('ci/lint'),
  at('logs?search=Assertion'),
  at('settings/general'),
  at('settings/variables'),
  at('settings/members'),
  at('settings/access_tokens'),
  at('settings/repository'),
  at('settings/triggers'),
  at('hooks'),
]

let fixture: WebFixture

beforeAll(async () => {
  fixture = await startWebFixture()
}, 60_000)
afterAll(() => fixture?.close())

describe.each([
  ['at a desk', 1280],
  ['on a phone', 390],
] as const)('every page %s, light and dark', (_name, width) => {
  let browser: OwnBrowser
  let page: Page
  let watched: WatchedPage

  beforeAll(async () => {
    browser = await openBrowser({ viewport: { width, height: 860 }, reducedMotion: 'reduce' })
    page = await browser.context.newPage()
    watched = watchPage(page)
  }, 60_000)
  afterAll(() => browser?.close())

  it.each(pages)(
    '%s',
    async path => {
      await watched.visit(fixture.url + path)
      const state = await page.evaluate(() => ({
        isPwned: 'pwned' in globalThis,
        tooWide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        title: document.title,
        strangers: document.querySelectorAll('main img, main script, main iframe').length,
      }))
      expect(state).toMatchObject({ isPwned: false, tooWide: 0, strangers: 0 })
      expect(state.title).toMatch(/ · Slipway$/)
      expect(await seriousFindings(page)).toEqual([])
      expect(watched.errors()).toEqual([])
      expect(fixture.takeMissed()).toEqual([])
    },
    60_000,
  )
})
