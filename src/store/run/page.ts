import type { Page } from '../../run/store-ports.ts'

/** `perPage` is cut to what one answer may hold. */
export function windowOf({ page, perPage }: Page): { readonly limit: number; readonly offset: number } {
  const limit = Math.min(Math.max(perPage, 1), 1000)
  return { limit, offset: (Math.max(page, 1) - 1) * limit }
}
