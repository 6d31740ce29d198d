// Patterns that users write. Regular expressions go through RE2, which takes linear time whatever is written.
import { RE2JS } from 're2js'
import { messageOf } from '../kit/errors.ts'
import { RegistryError } from './errors.ts'

export type TextTest = (text: string) => boolean

const maxPatternLength = 255

/** A regular expression that must match the whole text. @throws RegistryError PATTERN_INVALID */
export function compileRegex(source: string, field: string): TextTest {
  if (source.length > maxPatternLength) {
    throw new RegistryError('PATTERN_INVALID', `${field}: longer than ${maxPatternLength} characters`)
  }
  try {
    const pattern = RE2JS.compile(source)
    return text => pattern.matches(text)
  } catch (cause) {
    throw new RegistryError(
      'PATTERN_INVALID',
      `${field}: '${source}' is not a regular expression (${messageOf(cause)})`,
      { cause },
    )
  }
}

/** A path in which `*` stands for anything, as in GitLab's protection rules for repositories. */
export function compileWildcard(source: string): TextTest {
  const parts = source.split('*').map(part => RE2JS.quote(part))
  const pattern = RE2JS.compile(parts.join('.*'))
  return text => pattern.matches(text)
}
