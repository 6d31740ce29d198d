// What a page does when its line to the server breaks, falls silent, or loses a script on the way.
import type { Page, WebSocketRoute } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { livePath } from '../../../src/server/live/protocol.ts'
import { type OwnBrowser, openBrowser } from '../../support/web/browser.ts'
import { startWebFixture, type WebFixture } from '../../support/web/fixture-server.ts'

const patienceMs = 15_000
const pipelinePath = '/shop/backend/-/pipelines/142'
const jobPath = '/shop/backend/-/jobs/505'

let fixture: WebFixture
let browser: OwnBrowser
let page: Page

beforeAll(async () => {
  fixture = await startWebFixture()
})
afterAll(() => fixture?.close())
beforeEach(async () => {
  browser = await openBrowser()
  page = await browser.context.newPage()
  page.setDefaultTimeout(patienceMs)
})
afterEach(() => browser?.close())

describe('a page that opens', () => {
  it('takes what the browser fetched ahead of its scripts, and does not ask again', async () => {
    const asked = await askedOnOpening(fixture.url + pipelinePath)
    const session = '/api/v4/slipway/session'
    expect(asked.filter(path => path === session)).toHaveLength(1)
    const beforePage = asked.slice(
      0,
      asked.findIndex(path => /\/page-.*\.js$/.test(path)),
    )
    expect(beforePage).toEqual(
      expect.arrayContaining([
        session,
        '/api/v4/projects/shop%2Fbackend',
        '/api/v4/slipway/projects/shop%2Fbackend/pipelines/142',
      ]),
    )
  })
})

/** The paths that the page asks for; looked at once more when the machine's network changed, which breaks requests off. */
async function askedOnOpening(url: string): Promise<readonly string[]> {
  const asked: string[] = []
  let isBroken = false
  page.on('request', request => asked.push(new URL(request.url()).pathname))
  page.on('requestfailed', request => {
    isBroken ||= request.failure()?.errorText.includes('ERR_NETWORK_CHANGED') === true
  })
  do {
    asked.length = 0
    isBroken = false
    await page.goto(url)
    await page.locator('.node').first().waitFor()
  } while (isBroken)
  return asked
}

describe('a live page', () => {
  it('says that it has lost its line, comes back by itself, and reads anew what it missed', async () => {
    const line = await openOverLine()
    line.isDown = true
    await line.current().close({ code: 1001, reason: 'the server goes' })
    await page.getByText('Reconnecting').waitFor()
    line.isDown = false
    await page.getByText('Reconnecting').waitFor({ state: 'detached' })
    await line.heard('subscribe')
  })

  it('notices a line that gives no answer any more', async () => {
    await page.clock.install()
    const line = await openOverLine()
    line.isSilent = true
    await page.clock.fastForward(15_000)
    await line.heard('ping')
    await page.clock.fastForward(5_000)
    await page.getByText('Reconnecting').waitFor()
    line.isSilent = false
    await page.clock.fastForward(1_000)
    await page.getByText('Reconnecting').waitFor({ state: 'detached' })
  })

  it('leaves the line as soon as the browser is offline', async () => {
    const line = await openOverLine()
    line.isDown = true
    try {
      await browser.context.setOffline(true)
      await page.getByText('Reconnecting').waitFor()
    } finally {
      await browser.context.setOffline(false)
    }
    line.isDown = false
    await page.evaluate(() => dispatchEvent(new Event('online')))
    await page.getByText('Reconnecting').waitFor({ state: 'detached' })
  })
})

describe('a script that does not arrive', () => {
  it('of a page is asked for again by loading the page anew', async () => {
    await page.goto(`${fixture.url}/shop/backend`)
    await failTimes(2, /\/assets\/[^/]+\.js$/, /shared|index/)
    await page.getByRole('link', { name: 'Environments' }).click()
    await page.getByRole('heading', { name: 'Environments' }).waitFor()
  })

  it('of the first page is asked for again, too', async () => {
    await failTimes(2, /\/assets\/index-[^/]+\.js$/)
    await page.goto(fixture.url + pipelinePath)
    await page.locator('.node').first().waitFor()
  })

  it('of the log is asked for again, and no line is lost', async () => {
    await failTimes(2, /\/assets\/worker-[^/]+\.js$/)
    await page.goto(fixture.url + jobPath)
    await page.locator('.log-row').nth(3).waitFor()
    expect(await page.locator('.log-row').first().getAttribute('data-row')).toBe('0')
  })
})

type Line = {
  /** No connection can be made. */
  isDown: boolean
  /** Nothing that is sent arrives. */
  isSilent: boolean
  readonly current: () => WebSocketRoute
  /** Waits until the page has sent such a message after this call or since the last one that was waited for. */
  readonly heard: (type: string) => Promise<void>
}

/** Opens the page of a pipeline with its WebSocket going through our hands. */
async function openOverLine(): Promise<Line> {
  let current: WebSocketRoute | undefined
  let heard: string[] = []
  const line: Line = {
    isDown: false,
    isSilent: false,
    current: () => {
      if (current === undefined) throw new Error('no connection was made')
      return current
    },
    heard: async type => {
      await expect.poll(() => heard, { timeout: patienceMs }).toContain(type)
      heard = []
    },
  }
  await page.routeWebSocket(new RegExp(livePath), route => {
    if (line.isDown) return void route.close({ code: 1013, reason: 'down' })
    current = route
    const server = route.connectToServer()
    route.onMessage(message => {
      heard.push((JSON.parse(String(message)) as { readonly type: string }).type)
      if (!line.isSilent) server.send(message)
    })
    server.onMessage(message => {
      if (!line.isSilent) route.send(message)
    })
  })
  await page.goto(fixture.url + pipelinePath)
  await page.locator('.node').first().waitFor()
  await line.heard('subscribe')
  return line
}

/** The first requests of this kind fail as they do when the network of the machine changes. */
async function failTimes(count: number, url: RegExp, except?: RegExp): Promise<void> {
  let left = count
  await page.route(url, route => {
    if (left === 0 || except?.test(route.request().url())) return route.fallback()
    left -= 1
    return route.abort('internetdisconnected')
  })
}
