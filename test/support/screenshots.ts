// Which pages are pictured, and how.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { openBrowser } from './web/browser.ts'
import type { DemoWorld } from './web/demo-world.ts'
import { signIn } from './web/sign-in.ts'

export type PictureTarget = {
  readonly url: string
  readonly password: string
  readonly folder: string
  /** Only these; empty: all. */
  readonly names: readonly string[]
}

type Picture = {
  readonly name: string
  readonly path: string
  /** What is to be seen before the picture is taken. */
  readonly ready: string
  readonly prepare?: (page: Page) => Promise<void>
}

const widths = [1280, 390] as const
const schemes = ['light', 'dark'] as const
const settleMs = 15_000
/** Longer pages are cut off below. */
const longestPx = 1800

/** `<name>-<width>-<scheme>.webp` for each page; answers how many were made. */
export async function takePictures(target: PictureTarget, world: DemoWorld): Promise<number> {
  await mkdir(target.folder, { recursive: true })
  const wanted = picturesOf(world).filter(({ name }) => target.names.length === 0 || target.names.includes(name))
  let count = 0
  for (const width of widths) {
    const height = width === 390 ? 844 : 860
    const browser = await openBrowser({ viewport: { width, height }, reducedMotion: 'reduce' })
    try {
      const page = await browser.context.newPage()
      const saveBoth = async (name: string, limitPx: number): Promise<void> => {
        for (const scheme of schemes) {
          await page.emulateMedia({ colorScheme: scheme })
          await save(page, join(target.folder, `${name}-${width}-${scheme}.webp`), limitPx)
          count += 1
        }
      }
      await page.goto(`${target.url}/sign-in`)
      await page.getByRole('button', { name: 'Sign in' }).waitFor()
      await saveBoth('sign-in', height)
      await signIn(page, target.url, 'root', target.password)
      for (const picture of wanted) {
        await open(page, target.url, picture)
        await saveBoth(picture.name, heightOf(picture, height))
      }
    } finally {
      await browser.close()
    }
  }
  return count
}

async function open(page: Page, url: string, picture: Picture): Promise<void> {
  await page.goto(url + picture.path)
  await page.locator(picture.ready).first().waitFor({ timeout: settleMs })
  await page.locator('.skeleton').first().waitFor({ state: 'detached', timeout: settleMs })
  await page.waitForLoadState('networkidle')
  await picture.prepare?.(page)
}

/** The log fills the window and scrolls within it; other pages are as long as they are, but no book. */
function heightOf({ path }: Picture, windowHeight: number): number {
  return path.includes('/-/jobs/') && !path.endsWith('/artifacts') ? windowHeight : longestPx
}

/** WebP is a third of the size of PNG; Playwright's own pictures know only PNG and JPEG. */
async function save(page: Page, file: string, limitPx: number): Promise<void> {
  const { width, windowPx, pagePx } = await page.evaluate(() => ({
    width: innerWidth,
    windowPx: innerHeight,
    pagePx: Math.max(innerHeight, document.documentElement.scrollHeight),
  }))
  const height = Math.min(pagePx, limitPx)
  const session = await page.context().newCDPSession(page)
  const { data } = await session.send('Page.captureScreenshot', {
    format: 'webp',
    quality: 74,
    // It makes the window larger for a moment, and a log that stands in the middle jumps.
    captureBeyondViewport: height > windowPx,
    clip: { x: 0, y: 0, width, height, scale: 1 },
  })
  await session.detach()
  await writeFile(file, Buffer.from(data, 'base64'))
}

function picturesOf(world: DemoWorld): readonly Picture[] {
  const project = '/shop/backend'
  const at = (page: string): string => `${project}/-/${page}`
  const passed = (view = ''): string => at(`pipelines/${world.passedPipeline}${view}`)
  return [
    { name: 'overview', path: '/', ready: '.project-card' },
    { name: 'projects', path: '/-/projects', ready: 'tbody tr' },
    { name: 'new-project', path: '/-/projects/new', ready: 'form' },
    { name: 'project', path: project, ready: 'tbody tr' },
    { name: 'project-empty', path: '/shop/frontend', ready: '.steps' },
    { name: 'pipelines', path: at('pipelines'), ready: 'tbody tr' },
    { name: 'run-pipeline', path: at('pipelines/new'), ready: 'form' },
    { name: 'pipeline', path: passed(), ready: '.node' },
    { name: 'pipeline-running', path: at(`pipelines/${world.runningPipeline}`), ready: '.node' },
    { name: 'pipeline-invalid', path: at(`pipelines/${world.invalidPipeline}`), ready: '.notice-red' },
    { name: 'pipeline-needs', path: passed(), ready: '.node', prepare: press('By needs') },
    { name: 'pipeline-jobs', path: passed('/jobs'), ready: 'tbody tr' },
    { name: 'pipeline-waterfall', path: passed('/waterfall'), ready: '.waterfall-row' },
    { name: 'pipeline-tests', path: passed('/tests'), ready: '.tests-suite' },
    { name: 'pipeline-images', path: passed('/images'), ready: 'tbody tr' },
    { name: 'pipeline-why', path: passed('/why'), ready: '.why-job', prepare: openEvery('.why-job details') },
    {
      name: 'pipeline-logs',
      path: at(`pipelines/${world.failedPipeline}/logs?search=expected`),
      ready: '.log-hits',
    },
    { name: 'logs', path: at('logs?search=expected'), ready: '.log-hits' },
    { name: 'job', path: at(`jobs/${world.failedJob}#L137`), ready: '.log-row.log-selected' },
    { name: 'job-find', path: at(`jobs/${world.failedJob}`), ready: '.log-row', prepare: find('order') },
    {
      name: 'job-compare',
      path: at(`jobs/${world.firstAttempt}/compare/${world.failedJob}`),
      ready: '.log-differs',
      prepare: press('Next difference'),
    },
    { name: 'job-running', path: at(`jobs/${world.runningJob}`), ready: '.log-row' },
    { name: 'artifacts', path: at(`jobs/${world.unitJob}/artifacts`), ready: '.entry' },
    { name: 'files', path: at('tree?ref=master'), ready: '.entry' },
    { name: 'file', path: at('blob/.gitlab-ci.yml?ref=master'), ready: '.code-line' },
    { name: 'commits', path: at('commits'), ready: '.commit' },
    { name: 'commit', path: at('commit/feature%2Freturns'), ready: '.diff-line' },
    { name: 'branches', path: at('branches'), ready: 'tbody tr' },
    { name: 'tags', path: at('tags'), ready: 'tbody tr' },
    { name: 'releases', path: at('releases'), ready: '.release-assets' },
    { name: 'merge-requests', path: at('merge_requests?state=all'), ready: 'tbody tr' },
    { name: 'registry', path: at('container_registry'), ready: 'tbody tr' },
    { name: 'registry-empty', path: '/shop/frontend/-/container_registry', ready: '.steps' },
    { name: 'registry-tags', path: at('container_registry/1'), ready: 'tbody tr' },
    { name: 'registry-tag', path: at('container_registry/1/latest'), ready: '.pairs' },
    { name: 'registry-settings', path: at('container_registry/settings'), ready: 'form' },
    { name: 'environments', path: at('environments'), ready: 'tbody tr' },
    { name: 'schedules', path: at('pipeline_schedules'), ready: 'tbody tr' },
    { name: 'runners', path: at('runners'), ready: 'tbody tr' },
    { name: 'lint', path: at('ci/lint'), ready: '.notice' },
    { name: 'settings-general', path: at('settings/general'), ready: 'form' },
    { name: 'settings-variables', path: at('settings/variables'), ready: 'tbody tr' },
    { name: 'settings-members', path: at('settings/members'), ready: 'tbody tr' },
    { name: 'settings-tokens', path: at('settings/access_tokens'), ready: '.panel' },
    { name: 'settings-protection', path: at('settings/repository'), ready: 'tbody tr' },
    { name: 'settings-triggers', path: at('settings/triggers'), ready: 'tbody tr' },
    { name: 'settings-hooks', path: at('hooks'), ready: 'tbody tr' },
    { name: 'group', path: '/groups/shop', ready: 'tbody tr' },
    { name: 'access-tokens', path: '/-/access-tokens', ready: '.panel' },
    { name: 'profile', path: '/-/profile', ready: 'form' },
    { name: 'admin', path: '/admin', ready: '.storage' },
    { name: 'admin-users', path: '/admin/users', ready: 'tbody tr' },
    { name: 'admin-groups', path: '/-/groups', ready: 'tbody tr' },
    { name: 'admin-runners', path: '/-/runners', ready: 'tbody tr' },
    { name: 'help', path: '/help', ready: '.prose' },
    { name: 'help-syntax', path: '/help/pipeline-syntax', ready: '.prose' },
    { name: 'api', path: '/-/api', ready: '.operation' },
    { name: 'not-found', path: '/-/nothing', ready: '.empty' },
  ]
}

function openEvery(selector: string): (page: Page) => Promise<void> {
  return page =>
    page.locator(selector).evaluateAll(elements => {
      for (const element of elements) element.setAttribute('open', '')
    })
}

function press(name: string): (page: Page) => Promise<void> {
  return page => page.getByRole('button', { name }).click()
}

function find(text: string): (page: Page) => Promise<void> {
  return async page => {
    await page.getByRole('button', { name: 'Find (/)' }).click()
    await page.getByRole('searchbox', { name: 'Find in the whole log' }).fill(text)
    await page.locator('.log-current mark').first().waitFor({ timeout: settleMs })
  }
}
