/** Columns that a row's text takes, at most 65,535. Characters beyond Latin scripts may take two. */
export function rowColumns(text: string): number {
  let columns = 0
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === 9) columns += 8 - (columns % 8)
    else columns += isWide(code) ? 2 : 1
  }
  return Math.min(columns, 65_535)
}

/** A surrogate pair counts one for each half: two columns, as emoji take. */
function isWide(code: number): boolean {
  if (code < 0x1100) return false
  return (
    code <= 0x115f ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60)
  )
}
