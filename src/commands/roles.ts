import { roles } from '../access/model.ts'
import { AppError } from '../kit/errors.ts'

/** The number of a role that is given by name or number. */
export function levelOf(role: string): number {
  const known = Object.entries(roles).find(([name, level]) => name === role.toLowerCase() || String(level) === role)
  if (known === undefined) {
    const names = Object.entries(roles).map(([name, level]) => `${name} (${level})`)
    throw new AppError('usage', `--role: expected one of ${names.join(', ')}, found '${role}'`)
  }
  return known[1]
}

/** `maintainer`, or the number of a level that is no role. */
export function roleOf(level: number): string {
  return Object.entries(roles).find(([, known]) => known === level)?.[0] ?? String(level)
}
