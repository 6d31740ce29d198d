import type { Page } from 'playwright-core'

const longestWay = 200

/** Presses Tab until the focus is on what bears this name; fails if it is not marked, or not in sight, when it is reached. */
export async function tabTo(page: Page, name: string | RegExp, way: 'on' | 'back' = 'on'): Promise<void> {
  const passed: string[] = []
  for (let step = 0; step < longestWay; step += 1) {
    await page.keyboard.press(way === 'on' ? 'Tab' : 'Shift+Tab')
    const focused = await describeFocus(page)
    passed.push(focused.name)
    if (typeof name === 'string' ? focused.name !== name : !name.test(focused.name)) continue
    if (!focused.isMarked) throw new Error(`one does not see that the focus is on '${focused.name}'`)
    if (!focused.isInSight) throw new Error(`the focus is on '${focused.name}', but something lies over it`)
    return
  }
  throw new Error(`Tab does not lead to ${String(name)}; it passed ${[...new Set(passed)].join(', ').slice(0, 2000)}`)
}

type Focused = { readonly name: string; readonly isMarked: boolean; readonly isInSight: boolean }

function describeFocus(page: Page): Promise<Focused> {
  return page.evaluate(() => {
    const element = document.activeElement
    if (!(element instanceof HTMLElement)) return { name: '', isMarked: false, isInSight: false }
    const labels = 'labels' in element ? [...((element.labels as NodeListOf<HTMLElement> | null) ?? [])] : []
    const name = element.getAttribute('aria-label') ?? labels[0]?.textContent ?? element.textContent ?? ''
    const { outlineStyle, outlineWidth } = getComputedStyle(element)
    const box = element.getBoundingClientRect()
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)
    return {
      name: name.replace(/\s+/g, ' ').trim(),
      isMarked: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2,
      isInSight: top !== null && (element.contains(top) || top.contains(element)),
    }
  })
}
