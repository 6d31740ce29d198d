export type TriggerWish = {
  readonly token: string
  readonly ref: string
  readonly variables: Readonly<Record<string, string>>
}

/** A command for a shell; whatever the reader typed is one word of it. */
export function triggerLine(url: string, { token, ref, variables }: TriggerWish): string {
  const fields = [
    ['token', token],
    ['ref', ref],
    ...Object.entries(variables).map(([name, value]) => [`variables[${name}]`, value]),
  ]
  const options = fields.map(([name, value]) => `--form-string ${quoted(`${name}=${value}`)}`)
  return ['curl --fail --request POST', ...options, quoted(url)].join(' \\\n')
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
