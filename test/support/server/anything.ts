/**
 * Stands in for deps that are only handed on and never used: every property and every call of it is itself again.
 * It is no promise, so that awaiting it ends.
 */
export function anything<T>(): T {
  const stub: unknown = new Proxy(() => {}, {
    get: (_target, name) => (name === 'then' || typeof name === 'symbol' ? undefined : stub),
    apply: () => stub,
  })
  return stub as T
}
