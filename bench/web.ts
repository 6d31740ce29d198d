// What a reader waits for: the script of the first page, a pipeline of 200 jobs, and a log of a million lines under the
// wheel. A real browser; the pipeline is a real one, its jobs wait for a runner that never comes.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { createProject } from '../test/support/project.ts'
import { type Slipway, startSlipway } from '../test/support/slipway.ts'
import { type OwnBrowser, openBrowser } from '../test/support/web/browser.ts'
import { longLog } from '../test/support/web/fixture-log.ts'
import { startWebFixture } from '../test/support/web/fixture-server.ts'
import { signIn } from '../test/support/web/sign-in.ts'
import { medianOf } from './median.ts'
import type { BenchResult } from './result.ts'

const webFolder = join(import.meta.dirname, '../dist/web')
const jobCount = 200
const lineCount = 1_000_000
const warmRounds = 3
const rounds = 9
const goals = { scriptKilobytes: 60, interactiveMs: 300, frameMs: 50 }

export async function run(): Promise<readonly BenchResult[]> {
  return [...(await measurePages()), ...(await measureLog())]
}

async function measurePages(): Promise<readonly BenchResult[]> {
  const slipway = await startSlipway({ words: ['up', '--no-runner'] })
  const browser = await openBrowser({ viewport: { width: 1280, height: 860 } })
  try {
    const page = await browser.context.newPage()
    const scripts = new Set<string>()
    page.on('response', response => {
      if (response.url().endsWith('.js')) scripts.add(new URL(response.url()).pathname)
    })
    await signIn(page, slipway.url, 'root', slipway.rootPassword)
    scripts.clear()
    await page.goto(slipway.url)
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    const size = await gzipKilobytes(scripts)
    const path = await makeLargePipeline(slipway)
    return [sizeResult(size, scripts.size), interactiveResult(await loadTimes(page, slipway.url + path))]
  } finally {
    await browser.close()
    await slipway.stop()
  }
}

/** Ten stages of twenty jobs, each waiting for two of the stage before. */
async function makeLargePipeline(slipway: Slipway): Promise<string> {
  const project = await createProject(slipway, 'bench/large')
  try {
    await project.write({ '.gitlab-ci.yml': largeFile() })
    const pushed = await project.commitAndPush('master', 'Two hundred jobs')
    const [pipeline] = await project.pipelines('master')
    if (pipeline === undefined) throw new Error(`no pipeline: ${pushed.output}`)
    return `/bench/large/-/pipelines/${pipeline.id}`
  } finally {
    await project.remove()
  }
}

function largeFile(): string {
  const stages = Array.from({ length: 10 }, (_, index) => `stage-${index}`)
  const jobs = Array.from({ length: jobCount }, (_, index) => {
    const stage = Math.floor(index / 20)
    const needs = stage === 0 ? [] : [index - 20, (stage - 1) * 20 + ((index + 1) % 20)]
    return `job-${index}:\n  stage: stage-${stage}\n  needs: [${needs.map(each => `job-${each}`).join(', ')}]\n  script: echo ${index}\n`
  })
  return `stages: [${stages.join(', ')}]\n${jobs.join('')}`
}

/**
 * From the start of the navigation until all jobs are drawn and the page answers again: a timer that is set before a
 * frame is drawn ends after it.
 */
async function loadTimes(page: Page, url: string): Promise<readonly number[]> {
  await page.addInitScript(
    `globalThis.drawn = new Promise(resolve => {
      const look = () => document.querySelectorAll('.node').length >= ${jobCount}
        ? setTimeout(() => resolve(performance.now()))
        : requestAnimationFrame(look)
      look()
    })`,
  )
  const times: number[] = []
  for (let round = 0; round < warmRounds + rounds; round += 1) {
    await page.goto(url)
    times.push(await page.evaluate(() => (globalThis as unknown as { readonly drawn: Promise<number> }).drawn))
  }
  // The first ones fill the browser's caches: of files, and of compiled scripts.
  return times.slice(warmRounds)
}

async function measureLog(): Promise<readonly BenchResult[]> {
  const fixture = await startWebFixture({ longLog: longLog(lineCount) })
  const browser = await openBrowser({ viewport: { width: 1280, height: 860 } })
  try {
    const page = await openLog(browser, `${fixture.url}/shop/backend/-/jobs/9001`)
    const frames = await framesWhile(page, () => scrollThrough(page))
    return [frameResult(frames)]
  } finally {
    await browser.close()
    await fixture.close()
  }
}

async function openLog(browser: OwnBrowser, url: string): Promise<Page> {
  const page = await browser.context.newPage()
  await page.goto(url)
  // A title of a section for every thousand lines, and what follows the last end of one.
  const rows = (lineCount + lineCount / 1000 + 1).toLocaleString('en')
  await page.getByText(`${rows} lines`).waitFor({ timeout: 120_000 })
  return page
}

/** The wheel, the bar, the keys, and a jump to the end. */
async function scrollThrough(page: Page): Promise<void> {
  const area = page.locator('.log-area')
  await area.hover()
  for (let turn = 0; turn < 120; turn += 1) await page.mouse.wheel(0, 240)
  for (let part = 0; part <= 40; part += 1) {
    await area.evaluate((element, share) => {
      element.scrollTop = element.scrollHeight * share
    }, part / 40)
  }
  await area.focus()
  for (let press = 0; press < 30; press += 1) await page.keyboard.press('PageUp')
  for (let turn = 0; turn < 60; turn += 1) await page.mouse.wheel(0, -480)
}

async function framesWhile(page: Page, act: () => Promise<void>): Promise<readonly number[]> {
  await page.evaluate(() => {
    const kept = globalThis as unknown as { frames: number[]; isWatching: boolean }
    kept.frames = []
    kept.isWatching = true
    let last: number | undefined
    const next = (now: number): void => {
      if (last !== undefined) kept.frames.push(now - last)
      last = now
      if (kept.isWatching) requestAnimationFrame(next)
    }
    requestAnimationFrame(next)
  })
  await act()
  return page.evaluate(() => {
    const kept = globalThis as unknown as { frames: number[]; isWatching: boolean }
    kept.isWatching = false
    return kept.frames
  })
}

async function gzipKilobytes(scripts: ReadonlySet<string>): Promise<number> {
  let bytes = 0
  for (const path of scripts) {
    const file = join(webFolder, path)
    bytes += (await readFile(`${file}.gz`).catch(() => readFile(file))).length
  }
  return bytes / 1000
}

function sizeResult(kilobytes: number, files: number): BenchResult {
  return absolute({
    name: 'web: script of the first page, gzip',
    unit: 'kB',
    ours: kilobytes,
    goal: `≤ ${goals.scriptKilobytes} kB`,
    met: kilobytes <= goals.scriptKilobytes * 1.1,
    note: `${files} files`,
  })
}

function interactiveResult(times: readonly number[]): BenchResult {
  const ours = medianOf(times)
  return absolute({
    name: `web: a pipeline of ${jobCount} jobs, until one can use it`,
    unit: 'ms',
    ours,
    oursMin: Math.min(...times),
    oursMax: Math.max(...times),
    goal: `≤ ${goals.interactiveMs} ms`,
    note: `${rounds} rounds, the fastest ${Math.min(...times).toFixed(0)} ms`,
    met: ours <= goals.interactiveMs * 1.1,
  })
}

function frameResult(frames: readonly number[]): BenchResult {
  const longest = Math.max(...frames)
  const sorted = [...frames].sort((one, other) => one - other)
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? longest
  return absolute({
    name: 'web: longest frame while scrolling a log of 1,000,000 lines',
    unit: 'ms',
    ours: longest,
    oursMin: sorted[0] ?? 0,
    oursMax: longest,
    goal: `≤ ${goals.frameMs} ms`,
    met: longest <= goals.frameMs * 1.1,
    note: `${frames.length} frames, 99 % within ${p99.toFixed(0)} ms`,
  })
}

function absolute(result: Omit<BenchResult, 'reference' | 'ratio'>): BenchResult {
  return { ...result, reference: null, ratio: null }
}
