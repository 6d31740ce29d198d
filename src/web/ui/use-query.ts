import { useLocation } from 'preact-iso/router'
import { queryText } from '../paths.ts'

export type QueryState = {
  readonly get: (name: string) => string
  /** Changes the address in place; a change of a filter leads back to the first page. */
  readonly set: (values: Readonly<Record<string, string | number | undefined>>) => void
  readonly page: number
}

/** Filters live in the address, so that a view can be shared and found again. */
export function useQuery(): QueryState {
  const { query, path, route } = useLocation()
  return {
    get: name => query[name] ?? '',
    set: values => route(`${path}${queryText({ ...query, page: undefined, ...values })}`, true),
    page: Math.max(1, Number(query.page ?? 1) || 1),
  }
}
