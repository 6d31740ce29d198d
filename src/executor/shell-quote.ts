/** One word for any POSIX shell: nothing in it is expanded. A NUL cannot stand in a shell word and is left out. */
export function shellQuote(text: string): string {
  const clean = text.replaceAll('\0', '')
  return /^[A-Za-z0-9_\-./:=@%+,]+$/.test(clean) ? clean : `'${clean.replaceAll("'", "'\\''")}'`
}
