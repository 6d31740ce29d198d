import { RE2JS } from 're2js'

// `/…/flags` as users write it, run by RE2: linear in time whatever the pattern.

export interface UserRegex {
  /** Whether the pattern occurs anywhere in the text. */
  matches(text: string): boolean
}

const slashForm = /^\/([\s\S]*)\/([ismU]*)$/

export function isSlashForm(text: string): boolean {
  return slashForm.test(text)
}

/** null when the text has not the form `/…/flags`, or RE2 does not take it (look-around, back-references). */
export function compileRegex(text: string): UserRegex | null {
  const known = compiled.get(text)
  if (known !== undefined) return known
  const regex = compileAnew(text)
  if (compiled.size >= maxCompiled) compiled.clear()
  compiled.set(text, regex)
  return regex
}

const compiled = new Map<string, UserRegex | null>()
const maxCompiled = 1000

function compileAnew(text: string): UserRegex | null {
  const [, body, flags] = slashForm.exec(text) ?? []
  if (body === undefined) return null
  const literal = flags === '' ? literalRegex(body) : null
  if (literal) return literal
  try {
    const regex = RE2JS.compile(flags ? `(?${[...new Set(flags)].join('')})${body}` : body)
    return { matches: subject => regex.matcher(subject).find() }
  } catch {
    // Whatever RE2 does not take is not a pattern; the caller says so with the place.
    return null
  }
}

const literalForm = /^(\^?)((?:[\w /:@#%,;=~<>&'"-]|\\[./-])+)(\$?)$/

/** Most patterns are a name with `^` or `$`; these need no engine. */
function literalRegex(body: string): UserRegex | null {
  const [, start, escaped, end] = literalForm.exec(body) ?? []
  if (escaped === undefined) return null
  const literal = escaped.replaceAll('\\', '')
  const matches = (text: string) => {
    if (start && end) return text === literal
    if (start) return text.startsWith(literal)
    return end ? text.endsWith(literal) : text.includes(literal)
  }
  return { matches }
}
