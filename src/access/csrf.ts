import { createHmac } from 'node:crypto'

/** The CSRF token of a session: whoever can compute it knows the session already, so nothing has to be stored. */
export function csrfTokenOf(session: string): string {
  return createHmac('sha256', session).update('csrf').digest('hex')
}
