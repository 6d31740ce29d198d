/** Why a value cannot be masked, by GitLab's rules; undefined: it can. */
export function maskMistake(value: string): string | undefined {
  if (value === '') return 'A masked value cannot be empty.'
  if (/\s/.test(value)) return 'A masked value is one line without spaces.'
  return value.length < 8
    ? 'A masked value has at least 8 characters: a shorter one would mask words by chance.'
    : undefined
}
