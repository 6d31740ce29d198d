// `artifacts:reports:dotenv`, as strict as GitLab: one line that is no KEY=VALUE and the whole report is refused.
import { AppError } from '../kit/errors.ts'
import type { RunVariable } from './records.ts'

export const maxDotenvBytes = 5 * 1024
export const maxDotenvVariables = 20

/** The last of several values of a key counts; quotes are part of the value. @throws AppError `dotenv_invalid` */
export function parseDotenv(text: string): readonly RunVariable[] {
  if (Buffer.byteLength(text) >= maxDotenvBytes)
    throw invalid(`the report must be smaller than ${maxDotenvBytes} bytes`)
  const variables = new Map<string, RunVariable>()
  for (const [index, line] of linesOf(text).entries()) {
    const split = line.indexOf('=')
    if (split < 0) throw invalid(`line ${index + 1}: expected KEY=VALUE, found '${line}'`)
    const key = line.slice(0, split).trim()
    if (!/^[A-Za-z0-9_]{1,255}$/.test(key)) {
      throw invalid(`line ${index + 1}: a key has letters, digits and '_' only, found '${key}'`)
    }
    variables.set(key, { key, value: line.slice(split + 1).trim(), type: 'env_var', raw: false })
  }
  if (variables.size > maxDotenvVariables) {
    throw invalid(`at most ${maxDotenvVariables} variables are allowed, found ${variables.size}`)
  }
  return [...variables.values()]
}

/** The end of the last line begins no other. */
function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/)
}

function invalid(message: string): AppError {
  return new AppError('dotenv_invalid', `Invalid Format: ${message}`)
}
