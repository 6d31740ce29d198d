import { accessError } from '../../access/errors.ts'

/** Runs a write, and turns a broken uniqueness into the failure that users read. */
export async function refuseTaken<T>(field: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (cause) {
    if (!isUniqueViolation(cause)) throw cause
    throw accessError('access.name_taken', `${field} has already been taken`, { [field]: ['has already been taken'] })
  }
}

/** SQLITE_CONSTRAINT_UNIQUE and SQLITE_CONSTRAINT_PRIMARYKEY; PostgreSQL's 23505. */
function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { errcode, code } = error as Error & { readonly errcode?: number; readonly code?: string }
  return errcode === 2067 || errcode === 1555 || code === '23505'
}
