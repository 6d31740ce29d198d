// What "contains" means in a log: capitals count only if the reader typed one.

export type Matcher = {
  readonly matches: (text: string) => boolean
  /** `[start, end)` of each place in the text, in order. */
  readonly places: (text: string) => readonly (readonly [number, number])[]
}

export function textMatcher(wanted: string): Matcher {
  const isExact = wanted !== wanted.toLowerCase()
  const needle = isExact ? wanted : wanted.toLowerCase()
  const fold = (text: string): string => (isExact ? text : lower(text))
  return {
    matches: text => fold(text).includes(needle),
    places: text => placesOf(fold(text), needle),
  }
}

/** Lines that usually tell why something failed: in words, by the name of an exception, by a mark. */
const failureWords =
  /\b(errors?|failed|failures?|fatal|panic|exceptions?|traceback|segfault|segmentation fault|killed|denied|cannot|could not|command not found)\b/i
const failureNames = /\b[A-Z]\w*(?:Error|Exception)\b|^\s*(?:[✗✘✖]|not ok\b|FAIL\b)/
const harmless = /\b(0|no|without) (errors?|failures?|failed)\b|\b(failed|errors?|failures?)[:=] ?0\b/i

export const failureMatcher: Matcher = {
  matches: text => failureOf(text) !== null && !harmless.test(text),
  places: text => {
    const found = failureOf(text)
    return found === null ? [] : [[found.index, found.index + found[0].length]]
  },
}

function failureOf(text: string): RegExpExecArray | null {
  return failureWords.exec(text) ?? failureNames.exec(text)
}

/** Lower case of the same length, so that places stay where they are. */
function lower(text: string): string {
  const lowered = text.toLowerCase()
  return lowered.length === text.length
    ? lowered
    : [...text].map(each => (each.toLowerCase().length === each.length ? each.toLowerCase() : each)).join('')
}

function placesOf(text: string, needle: string): (readonly [number, number])[] {
  const places: (readonly [number, number])[] = []
  if (needle === '') return places
  for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + needle.length))
    places.push([at, at + needle.length])
  return places
}
