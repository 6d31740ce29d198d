// The functions of `$[[ inputs.x | expand_vars | truncate(0, 8) | posix_escape ]]`.

export type InputFunction = (text: string) => string

/** null when there is no such function, or its arguments are wrong. */
export function inputFunctionOf(written: string, expandVariables: InputFunction): InputFunction | null {
  if (written === 'expand_vars') return expandVariables
  if (written === 'posix_escape') return posixEscape
  const [, offset, length] = /^truncate\(\s*(\d+)\s*,\s*(\d+)\s*\)$/.exec(written) ?? []
  if (offset === undefined || length === undefined) return null
  return text => [...text].slice(Number(offset), Number(offset) + Number(length)).join('')
}

/** As Ruby's Shellwords.escape. */
function posixEscape(text: string): string {
  if (text === '') return "''"
  return text.replace(/[^A-Za-z0-9_\-.,:+/@\n]/gu, '\\$&').replaceAll('\n', "'\n'")
}
