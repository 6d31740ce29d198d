// The expected failures of access, with the HTTP status that every door gives them.
import { AppError } from '../kit/errors.ts'

export const accessErrors = {
  'access.not_found': 404,
  'access.name_taken': 400,
  'access.invalid': 400,
  'access.forbidden': 403,
  'access.too_many_attempts': 429,
  'access.wrong_password': 401,
  'access.conflict': 409,
} as const

export type AccessErrorCode = keyof typeof accessErrors

/** `fields`: what is wrong with which field, as GitLab shows it: `{ path: ['has already been taken'] }`. */
export type FieldProblems = Readonly<Record<string, readonly string[]>>

export function accessError(code: AccessErrorCode, message: string, fields?: FieldProblems): AppError {
  return new AppError(code, message, fields === undefined ? {} : { detail: { fields } })
}

/** A value that cannot be stored, by field. */
export function invalid(field: string, problem: string): AppError {
  return accessError('access.invalid', `${field} ${problem}`, { [field]: [problem] })
}
