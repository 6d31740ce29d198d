// Which rows are hidden by folded sections.
import type { Section } from '../../logs/section.ts'

/** Rows `[first, last]` are hidden. In order, none inside another. */
export type HiddenRange = { readonly first: number; readonly last: number }

/** The reader's choices by the section's place in the list; the others are as the log says. */
export type FoldChoices = ReadonlyMap<number, boolean>

export function isFolded(section: Section, index: number, choices: FoldChoices): boolean {
  return choices.get(index) ?? section.isCollapsed
}

export function hiddenRanges(
  sections: readonly Section[],
  choices: FoldChoices,
  rowCount: number,
): readonly HiddenRange[] {
  const ranges: HiddenRange[] = []
  let coveredTo = -1
  for (const [index, section] of sections.entries()) {
    const last = section.lastRow ?? rowCount - 1
    if (section.row <= coveredTo || last <= section.row || !isFolded(section, index, choices)) continue
    ranges.push({ first: section.row + 1, last })
    coveredTo = last
  }
  return ranges
}

/** Answers whether a row is hidden; fast when the rows are asked in order. */
export function hiddenTest(ranges: readonly HiddenRange[]): (row: number) => boolean {
  let at = 0
  return row => {
    while (at > 0 && (ranges[at - 1]?.last ?? -1) >= row) at -= 1
    while (at < ranges.length && (ranges[at]?.last ?? 0) < row) at += 1
    const range = ranges[at]
    return range !== undefined && row >= range.first
  }
}

/** The choices that show a row: every folded section around it is opened. */
export function unfoldAround(row: number, sections: readonly Section[], choices: FoldChoices): FoldChoices {
  const opened = new Map(choices)
  for (const [index, section] of sections.entries()) {
    const last = section.lastRow ?? Number.POSITIVE_INFINITY
    if (section.row < row && row <= last && isFolded(section, index, choices)) opened.set(index, false)
  }
  return opened
}
