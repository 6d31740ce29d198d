// `artifacts:reports:dotenv`: lines KEY=VALUE and nothing else. One bad line spoils the whole report.

export type DotenvReading =
  | { readonly variables: readonly { readonly key: string; readonly value: string }[] }
  | { readonly refused: string }

const maxBytes = 5 * 1024
const maxVariables = 20

export function parseDotenv(text: string): DotenvReading {
  if (Buffer.byteLength(text) >= maxBytes) return { refused: 'the dotenv report is not smaller than 5 KB' }
  const variables = new Map<string, string>()
  for (const [index, line] of text
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .entries()) {
    const equals = line.indexOf('=')
    const key = line.slice(0, Math.max(equals, 0)).trim()
    if (!/^\w+$/.test(key)) return { refused: `Invalid Format: line ${index + 1} is not KEY=VALUE` }
    variables.set(key, line.slice(equals + 1).trim())
  }
  if (variables.size > maxVariables) return { refused: `the dotenv report has more than ${maxVariables} variables` }
  return { variables: [...variables].map(([key, value]) => ({ key, value })) }
}
