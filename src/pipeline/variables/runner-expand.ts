// The second pass over values, as gitlab-runner does it with Go's os.Expand: `$x` and `${x}`, unknown names become
// empty (null keeps the text), `$$` becomes `$`, `$1` and `$@` vanish, `$(` stays.

export function expandInRunner(text: string, readVariable: (name: string) => string | null): string {
  if (!text.includes('$')) return text
  return text.replace(
    /\$(?:\{([^}]*)\}|(\{)|([*#$@!?0-9-])|([a-zA-Z_]\w*))/g,
    (
      reference: string,
      braced: string | undefined,
      unclosed: string | undefined,
      special: string | undefined,
      name: string,
    ) => {
      if (unclosed !== undefined) return ''
      if (special !== undefined) return special === '$' ? '$' : ''
      return readVariable(braced ?? name) ?? reference
    },
  )
}
