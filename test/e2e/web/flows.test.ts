// What people do, in a real browser against a real server with a real runner.
import { readFile } from 'node:fs/promises'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Slipway, startSlipway } from '../../support/slipway.ts'
import { type OwnBrowser, openBrowser } from '../../support/web/browser.ts'
import { buildDemoWorld, type DemoWorld } from '../../support/web/demo-world.ts'
import { openReaderShell } from '../../support/web/reader-shell.ts'
import { signIn } from '../../support/web/sign-in.ts'
import { type WatchedPage, watchPage } from '../../support/web/watch-page.ts'

let slipway: Slipway
let world: DemoWorld
let browser: OwnBrowser
let page: Page
let watched: WatchedPage

const patienceMs = 30_000

beforeAll(async () => {
  slipway = await startSlipway()
  world = await buildDemoWorld(slipway)
  browser = await openBrowser({ viewport: { width: 1280, height: 860 }, acceptDownloads: true })
  page = await browser.context.newPage()
  page.setDefaultTimeout(patienceMs)
  watched = watchPage(page)
  await signIn(page, slipway.url, 'root', slipway.rootPassword)
}, 300_000)

afterAll(async () => {
  await browser?.close()
  await world?.remove()
  await slipway?.stop()
}, 60_000)

const open = (path: string): Promise<void> => watched.visit(`${slipway.url}${path}`)
const at = (path: string): string => `/shop/backend/-/${path}`
const button = (name: string | RegExp): Locator => page.getByRole('button', { name })
const told = (text: string | RegExp): Promise<void> => page.locator('.toast', { hasText: text }).first().waitFor()

describe('signing in', () => {
  it('fails in words, and leads back to where one wanted to go', async () => {
    const other = await openBrowser()
    try {
      const stranger = await other.context.newPage()
      await stranger.goto(`${slipway.url}${at('pipelines')}`)
      await stranger.getByLabel('User name').fill('root')
      await stranger.getByLabel('Password').fill('not the password')
      await stranger.getByRole('button', { name: 'Sign in' }).click()
      await stranger.getByText('User name or password is wrong.').waitFor()
      await stranger.getByLabel('Password').fill(slipway.rootPassword)
      await stranger.getByRole('button', { name: 'Sign in' }).click()
      await stranger.getByRole('heading', { name: 'Pipelines' }).waitFor()
      await stranger.getByRole('button', { name: /Account of/ }).click()
      await stranger.getByRole('button', { name: 'Sign out' }).click()
      await stranger.getByRole('heading', { name: 'Sign in to Slipway' }).waitFor()
      await stranger.goto(`${slipway.url}/`)
      await stranger.getByRole('heading', { name: 'Sign in to Slipway' }).waitFor()
    } finally {
      await other.close()
    }
  })
})

describe('a push', () => {
  it('appears by itself on the page that is open, and its pipeline is watched to its end', async () => {
    await open(at('pipelines'))
    await world.backend.git('checkout', '-q', '-B', 'live', 'master')
    await world.backend.write({
      '.gitlab-ci.yml':
        'first:\n  image: busybox\n  script:\n    - for n in 1 2 3 4 5; do echo "line $n of five"; sleep 1; done\nsecond:\n  stage: deploy\n  image: busybox\n  script: echo done\n',
    })
    await world.backend.commit('Seen as it happens')
    expect((await world.backend.push('origin', 'live')).exitCode).toBe(0)
    await page.getByRole('link', { name: 'Seen as it happens' }).click()
    await page.locator('.node', { hasText: 'first' }).locator('a').click()
    await page.getByText('line 2 of five').waitFor()
    await page.locator('.page-head .status', { hasText: 'passed' }).waitFor()
    await page.getByText('line 5 of five').waitFor()
    expect(await page.locator('.log-row', { hasText: /line \d of five/ }).count()).toBe(5)
    await page
      .getByRole('link', { name: /^#\d+$/ })
      .first()
      .click()
    await page.locator('.page-head .status', { hasText: 'passed' }).waitFor()
  })
})

describe('a log', () => {
  it('folds its sections, finds in folded ones, and opens what it finds', async () => {
    await open(at(`jobs/${world.failedJob}`))
    const section = button('Starting the browsers')
    await section.click()
    await expect.poll(() => page.getByText('2 browsers are ready').count()).toBe(0)
    await page.keyboard.press('/')
    await page.getByRole('searchbox').fill('browsers are')
    await page.locator('.log-current', { hasText: '2 browsers are ready' }).waitFor()
    expect(await section.getAttribute('aria-expanded')).toBe('true')
    await page.getByText('1 of 1').waitFor()
    await page.keyboard.press('Escape')
  })

  it('steps through the lines that tell of a failure', async () => {
    const next = button(/tells of a failure/)
    await next.click()
    await page.locator('.log-current', { hasText: '✗ returns in two currencies' }).waitFor()
    await next.click()
    await page.locator('.log-current', { hasText: 'AssertionError' }).waitFor()
    await page.keyboard.press('f')
    await page.locator('.log-current', { hasText: 'Job failed' }).waitFor()
  })

  it('is linked to by line, even into a folded section', async () => {
    const line = page.locator('.log-row', { hasText: '2 browsers are ready' })
    await open(at(`jobs/${world.failedJob}`))
    const number = await line.getAttribute('data-row')
    await line.locator('.log-number').click()
    expect(new URL(page.url()).hash).toBe(`#L${Number(number) + 1}`)
    await page.reload()
    await page.locator('.log-row.log-selected', { hasText: '2 browsers are ready' }).waitFor()
  })

  it('shows when its lines came', async () => {
    await button(/Show times \(t\)/).click()
    await expect.poll(() => page.locator('.log-time').first().textContent()).toMatch(/\d\d:\d\d:\d\d/)
    await page.keyboard.press('t')
    await page.keyboard.press('t')
  })

  it('goes on without a gap after the connection was lost', async () => {
    await open(at(`pipelines/${world.runningPipeline}`))
    await page.locator('.node', { hasText: 'e2e' }).locator('a').click()
    await page
      .getByText(/try \d+/)
      .first()
      .waitFor()
    const before = await tries()
    try {
      await browser.context.setOffline(true)
      await page.getByText('Reconnecting').waitFor()
    } finally {
      await browser.context.setOffline(false)
    }
    await page.getByText('Reconnecting').waitFor({ state: 'detached' })
    await expect
      .poll(async () => (await tries()).at(-1) ?? 0, { timeout: patienceMs })
      .toBeGreaterThan((before.at(-1) ?? 0) + 3)
    const seen = await tries()
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, index) => (seen[0] ?? 0) + index))
  })

  it('of every job of a pipeline is searched at once', async () => {
    await open(at(`pipelines/${world.failedPipeline}/logs`))
    await page.getByRole('searchbox').fill('AssertionError')
    await button('Search').click()
    await page.locator('.log-hits a').first().click()
    await page.locator('.log-row.log-selected', { hasText: 'AssertionError' }).waitFor()
  })

  it('is found without knowing its pipeline', async () => {
    await open(at('pipelines'))
    await page.getByRole('link', { name: 'Search logs' }).click()
    // The page before has a searchbox, too, and stays until this one is loaded.
    await page.getByRole('heading', { level: 1, name: 'Search logs' }).waitFor()
    await page.getByRole('searchbox').fill('AssertionError')
    await page.keyboard.press('Enter')
    await page
      .getByRole('link', { name: `pipeline #${world.failedPipeline}` })
      .first()
      .waitFor()
  })
})

async function tries(): Promise<readonly number[]> {
  const rows = await page.locator('.log-row').allTextContents()
  return rows.flatMap(row => /service, try (\d+)/.exec(row)?.[1] ?? []).map(Number)
}

describe('a job', () => {
  it('is retried from its page, and both attempts can be read', async () => {
    await open(at(`jobs/${world.failedJob}`))
    await button('Retry').click()
    await told('starts anew')
    await page.locator('.page-head .status', { hasText: 'failed' }).waitFor()
    // The demo has retried it once.
    await page.getByRole('link', { name: 'Attempt 2' }).click()
    await expect.poll(() => new URL(page.url()).pathname).toBe(at(`jobs/${world.failedJob}`))
  })

  it('that waits for somebody is started with a variable', async () => {
    await open(at(`pipelines/${world.passedPipeline}`))
    await page.locator('.node', { hasText: 'production' }).locator('a').click()
    await page.getByText('Waiting for somebody to start it').waitFor()
    await page.locator('.page-head').getByRole('button', { name: 'Start' }).click()
    await page.getByLabel('Name of variable 1').fill('REASON')
    await page.getByLabel('Value of variable 1').fill('the summer release')
    await page.getByRole('dialog').getByRole('button', { name: 'Start' }).click()
    await told('was started')
    await page.getByText('to production').last().waitFor()
    await page.locator('.page-head .status', { hasText: 'passed' }).waitFor()
  })

  it('leaves artifacts to browse and to download', async () => {
    await open(at(`jobs/${world.unitJob}`))
    await page.getByRole('link', { name: 'Browse' }).click()
    await page.getByRole('link', { name: /^report/ }).click()
    await page.getByRole('link', { name: /^assets/ }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: /^style.css/ }).click(),
    ])
    expect(await readFile(await download.path(), 'utf8')).toBe('h1 { color: teal }\n')
  })
})

describe('a pipeline', () => {
  it('is canceled, and says so', async () => {
    await open(at(`pipelines/${world.runningPipeline}`))
    await page.locator('.page-head').getByRole('button', { name: 'Cancel' }).click()
    await told('is being canceled')
    await page.locator('.page-head .status', { hasText: 'canceled' }).waitFor()
  })

  it('tells why a job is in and why another is out', async () => {
    await open(at(`pipelines/${world.passedPipeline}/why`))
    await page.getByText('publish charts').click()
    await page.locator('details[open]').getByText('is not set').first().waitFor()
    await page.getByLabel('Only those left out').check()
    expect(await page.locator('.why-job').count()).toBe(1)
  })

  it('is run by hand, with a variable', async () => {
    await open(at('pipelines/new'))
    await page.getByLabel('Branch or tag').fill('live')
    await page.getByLabel('Name of variable 1').fill('BY')
    await page.getByLabel('Value of variable 1').fill('hand')
    await page.locator('form').getByRole('button', { name: 'Run pipeline' }).click()
    await told('was made')
    await page.getByText('started by hand').waitFor()
    await page.getByRole('link', { name: 'Why' }).click()
    await page.locator('.pairs', { hasText: 'BY' }).getByText('hand').waitFor()
  })

  it('shows its tests and the images that it pushed', async () => {
    await open(at(`pipelines/${world.passedPipeline}/tests`))
    await page.getByText('40 tests').waitFor()
    await open(at(`pipelines/${world.passedPipeline}/images`))
    await page.getByText('shop/backend:latest').waitFor()
  })

  it('file is checked before it is pushed', async () => {
    await open(at('ci/lint'))
    await page.getByText('The file is right.').waitFor()
    await page.getByLabel('Pipeline file').fill('unit:\n  needs: [bild]\n  script: make\nbuild:\n  script: make\n')
    await page.keyboard.press('Control+Enter')
    await page.getByText("did you mean 'build'").waitFor()
  })
})

describe('the Container Registry', () => {
  it('deletes tags after showing what goes', async () => {
    await open(at('container_registry'))
    await page.getByRole('link', { name: 'shop/backend' }).last().click()
    await page.getByLabel('Select feature-stock').check()
    await page.getByLabel('Select feature-returns').check()
    await button('Delete 2 tags').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText(/2 tags go, and/).waitFor()
    await dialog.getByRole('button', { name: 'Delete 2 tags' }).click()
    await told('2 tags were deleted.')
    await expect.poll(() => page.getByRole('link', { name: 'feature-stock' }).count()).toBe(0)
    await page.getByRole('link', { name: 'latest' }).waitFor()
  })

  it('takes a cleanup policy, and shows beforehand what it would delete', async () => {
    await open(at('container_registry/settings'))
    await page.getByLabel('Deletes tags').selectOption('')
    await page.getByLabel('And keeps the newest of each image').selectOption('')
    await page.getByLabel('But keeps those that match').fill('master')
    await button('Show what would go').click()
    await page.getByText('latest is always kept').waitFor()
    await page.getByText('it matches what is kept').waitFor()
    await button('Save').click()
    await told('The policy was saved and is on.')
    await page.reload()
    await expect.poll(() => page.getByLabel('But keeps those that match').inputValue()).toBe('master')
  })
})

describe('settings', () => {
  it('take a masked variable, and show it masked', async () => {
    await open(at('settings/variables'))
    await button('Add variable').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Key').fill('API_TOKEN')
    await dialog.getByLabel('Value').fill('short')
    await dialog.getByLabel('Masked').check()
    await dialog.getByText('at least 8 characters').waitFor()
    await dialog.getByLabel('Value').fill('sixteen-letters-')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await told('API_TOKEN was saved')
    const row = page.getByRole('row', { name: /API_TOKEN/ })
    await row.getByText('••••••••').waitFor()
    expect(await page.content()).not.toContain('sixteen-letters-')
  })

  it('show a new token once', async () => {
    await open('/-/access-tokens')
    await button('New token').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('script')
    await dialog.getByLabel('read_api').check()
    await dialog.getByRole('button', { name: 'Make token' }).click()
    const token = await page.getByText(/^glpat-/).textContent()
    const answer = await fetch(`${slipway.url}/api/v4/user`, { headers: { 'private-token': token ?? '' } })
    expect(answer.status).toBe(200)
    await button('I have it').click()
    expect(await page.getByText(/^glpat-/).count()).toBe(0)
  })

  it('switch the registry off, and say that images are kept', async () => {
    await open(at('settings/general'))
    await page.getByLabel('Container Registry').uncheck()
    await told('Its images are kept.')
    await open(at('container_registry'))
    await page.getByText('switched off for this project').waitFor()
    await open(at('settings/general'))
    await page.getByLabel('Container Registry').check()
    await told('The registry is on.')
  })

  it('pause a runner, and let it go on', async () => {
    await open('/-/runners')
    await button('Pause this machine').click()
    await told('takes no new jobs')
    await page.locator('.status', { hasText: 'paused' }).waitFor()
    await button('Resume this machine').click()
    await page.locator('.status', { hasText: 'online' }).waitFor()
  })

  it('of another person are not to be seen by a guest', async () => {
    const other = await openBrowser()
    try {
      await slipway.api('POST', '/users', {
        username: 'guest',
        name: 'Guest',
        email: 'guest@example.com',
        password: 'a guest of mine',
      })
      const guest = await other.context.newPage()
      await signIn(guest, slipway.url, 'guest', 'a guest of mine')
      await guest.goto(`${slipway.url}${at('settings/variables')}`)
      await guest.getByText('nothing here that you may see').first().waitFor()
      await guest.goto(`${slipway.url}/admin/users`)
      await guest.getByText('Only administrators may see this page').waitFor()
    } finally {
      await other.close()
    }
  })
})

describe('hostile names and bytes', () => {
  it('are shown as what they are, on every page that bears them', async () => {
    const ref = 'hostile/"><img-src=x-onerror=globalThis.pwned=1>&lt;'
    const file = '"><img src=x onerror=globalThis.pwned=1>.txt'
    const job = '<script>globalThis.pwned=1</script> \u202egnp.exe'
    await world.backend.git('checkout', '-q', '-B', ref, 'master')
    await world.backend.write({
      [file]: '<b>bold</b>\n',
      '.gitlab-ci.yml': `${JSON.stringify(job)}:\n  image: busybox\n  script: sh hostile.sh\n  artifacts: { paths: ["*.txt"] }\n`,
      'hostile.sh': String.raw`printf '<img src=x onerror=globalThis.pwned=1>\n'
printf '\033]0;a title\007\033]8;;javascript:globalThis.pwned=1\033\\a link\033]8;;\033\\ after\n'
printf 'access \342\200\256 level\n'
head -c 20000 /dev/zero | tr '\0' x; echo
`,
    })
    await world.backend.commit('<svg onload=globalThis.pwned=1> "quoted" \u2067turned')
    expect((await world.backend.push('origin', ref)).exitCode).toBe(0)
    const pipeline = await world.backend.finished(ref)
    const jobId = (await world.backend.jobs(pipeline.id))[0]?.id ?? 0
    const encoded = encodeURIComponent(ref)
    const pages = [
      at(`jobs/${jobId}`),
      at(`jobs/${jobId}/artifacts`),
      at('pipelines'),
      at(`pipelines/${pipeline.id}`),
      at(`pipelines/${pipeline.id}/jobs`),
      at(`pipelines/${pipeline.id}/why`),
      at('branches'),
      at(`tree?ref=${encoded}`),
      at(`commits?ref=${encoded}`),
      at(`commit/${encoded}`),
      at(`ci/lint?ref=${encoded}`),
      '/',
    ]
    for (const path of pages) {
      await open(path)
      const seen = await page.evaluate(() => ({
        isPwned: 'pwned' in globalThis,
        strangers: document.querySelectorAll('main img, main script, main iframe, main a[href^="javascript:"]').length,
        tooWide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      }))
      expect({ path, ...seen }).toEqual({ path, isPwned: false, strangers: 0, tooWide: 0 })
    }
    await open(at(`jobs/${jobId}`))
    await page.getByText('<img src=x onerror=globalThis.pwned=1>').first().waitFor()
    expect(await page.title()).not.toContain('a title')
  })
})

describe('from nothing', () => {
  it('the pages’ own words lead to a pipeline, and to an image in the tab', async () => {
    const fresh = await slipway.api<{ id: number }>('POST', '/users', {
      username: 'newcomer',
      name: 'New Comer',
      email: 'new@example.com',
      password: 'a newcomer of mine',
    })
    expect(fresh.status).toBe(201)
    const other = await openBrowser()
    const shell = await openReaderShell('a newcomer of mine')
    try {
      const own = await other.context.newPage()
      await signIn(own, slipway.url, 'newcomer', 'a newcomer of mine')
      await own.getByRole('button', { name: /Make the project newcomer\/hello/ }).click()
      await own.getByText('Clone the project').waitFor()
      await shell.paste(await own.locator('.steps .command code').allTextContents())
      await own.getByRole('link', { name: 'Add a pipeline' }).waitFor()
      await own.locator('.status', { hasText: 'passed' }).first().waitFor()
      await own.getByRole('link', { name: 'Container Registry' }).click()
      await own.getByText('Add a job that builds and pushes it').waitFor()
      await shell.paste(await own.locator('.steps .command code').allTextContents())
      await own.getByRole('link', { name: 'newcomer/hello', exact: true }).last().click()
      await own.getByRole('link', { name: 'main', exact: true }).waitFor()
    } finally {
      await shell.remove()
      await other.close()
    }
  })
})

it('no page told of an error on the way', () => {
  expect(watched.errors()).toEqual([])
})
