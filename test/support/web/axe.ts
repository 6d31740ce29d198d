import axe from 'axe-core'
import type { Page } from 'playwright-core'

type RunOnly = { readonly type: 'tag' | 'rule'; readonly values: string[] }

const everything: RunOnly = {
  type: 'tag',
  values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
}
/** A scheme changes colours and nothing else. */
const colours: RunOnly = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }

/** What axe-core finds serious or critical on the page, light and dark, as `scheme: rule: selector`. */
export async function seriousFindings(page: Page): Promise<readonly string[]> {
  // Evaluated, not added as a script: the page's policy allows no inline script.
  await page.evaluate(axe.source)
  await page.emulateMedia({ colorScheme: 'light' })
  const light = await findingsOf(page, everything)
  await page.emulateMedia({ colorScheme: 'dark' })
  const dark = await findingsOf(page, colours)
  return [...light.map(finding => `light: ${finding}`), ...dark.map(finding => `dark: ${finding}`)]
}

async function findingsOf(page: Page, runOnly: RunOnly): Promise<readonly string[]> {
  const found = await page.evaluate(async only => {
    const { axe: tester } = globalThis as unknown as { readonly axe: typeof axe }
    const { violations } = await tester.run(document, { runOnly: only, resultTypes: ['violations'] })
    // The height of a line of text is what a log and a file are made of (WCAG 2.5.8 excepts what is essential).
    const isLineNumber = (selector: string): boolean =>
      document.querySelector(selector)?.matches('.log-number, .code-number') === true
    return violations
      .filter(violation => violation.impact === 'serious' || violation.impact === 'critical')
      .flatMap(violation =>
        violation.nodes
          .filter(node => violation.id !== 'target-size' || !isLineNumber(node.target.join(' ')))
          .map(node => `${violation.id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
      )
  }, runOnly)
  return found.map(each => each.replace(/\s+/g, ' ').slice(0, 300))
}
