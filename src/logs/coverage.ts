// Coverage as GitLab reads it from a log: from the last line up, the first line in which the regex's last match holds a
// number. RE2 syntax, so no pattern can take more than linear time.
import { RE2JS } from 're2js'

export type CoverageRegex = {
  /** Looks at the lines of `text` from the last to the first; null: none tells a coverage. */
  readonly findIn: (text: string) => number | null
}

/** @param pattern as in the file, with or without the slashes: `/Total: (\d+)%/`. Null: it is no valid regex. */
export function compileCoverage(pattern: string): CoverageRegex | null {
  const match = /^\/(.*)\/([ims]*)$/s.exec(pattern.trim())
  const source = match?.[1] ?? pattern
  const flags = match?.[2] ? `(?${match[2]})` : ''
  try {
    const regex = RE2JS.compile(flags + source)
    return { findIn: text => lastCoverage(regex, text) }
  } catch {
    return null // an invalid regex is told by the compiler; here it just finds nothing
  }
}

function lastCoverage(regex: RE2JS, text: string): number | null {
  for (let end = text.length; end >= 0; ) {
    const start = text.lastIndexOf('\n', end - 1) + 1
    const found = end === 0 ? null : coverageOfLine(regex, text.slice(start, end))
    if (found !== null) return found
    end = start - 1
  }
  return null
}

function coverageOfLine(regex: RE2JS, line: string): number | null {
  const matcher = regex.matcher(line)
  let last: string | null = null
  while (matcher.find()) last = matcher.group(matcher.groupCount()) ?? ''
  const number = last === null ? null : /\d+(\.\d+)?/.exec(last)
  return number === null ? null : Number(number[0])
}
