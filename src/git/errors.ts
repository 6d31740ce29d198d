// The expected failures of git, with the HTTP status that the API gives them.
import { AppError } from '../kit/errors.ts'

export const gitErrors = {
  'git.invalid_ref': 400,
  'git.ref_exists': 400,
  'git.refused': 403,
  'git.no_ref': 404,
} as const

export function gitError(code: keyof typeof gitErrors, message: string): AppError {
  return new AppError(code, message)
}
