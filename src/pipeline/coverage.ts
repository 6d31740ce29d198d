import { compileRegex } from './condition/regex.ts'

/**
 * The coverage that a job's log tells: from the last line upwards, in a line the last match, in the match its last
 * group, and there the first number. null when no line has one.
 */
export function coverageOf(log: string, pattern: string): number | null {
  const regex = compileRegex(pattern)
  if (!regex) return null
  for (const line of linesFromEnd(log)) {
    const number = /\d+(\.\d+)?/.exec(regex.lastMatch(line) ?? '')
    if (number) return Number(number[0])
  }
  return null
}

function* linesFromEnd(text: string): Iterable<string> {
  let end = text.length
  while (end >= 0) {
    const start = end === 0 ? 0 : text.lastIndexOf('\n', end - 1) + 1
    yield text.slice(start, end)
    end = start - 1
  }
}
