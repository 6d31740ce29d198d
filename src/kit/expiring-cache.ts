// Answers that may be a little old. Those who ask at once share one look-up; a failed look-up is not kept.

export type ExpiringCache<T> = {
  readonly get: (key: string, load: () => Promise<T>) => Promise<T>
  readonly clear: () => void
}

export function createExpiringCache<T>(options: {
  readonly lifetimeMs: number
  readonly maxEntries: number
  readonly clock: () => number
}): ExpiringCache<T> {
  const { lifetimeMs, maxEntries, clock } = options
  const entries = new Map<string, { readonly value: Promise<T>; readonly until: number }>()

  return {
    get(key, load) {
      const now = clock()
      const known = entries.get(key)
      if (known !== undefined && known.until > now) return known.value
      const value = load()
      const entry = { value, until: now + lifetimeMs }
      entries.delete(key)
      if (entries.size >= maxEntries) evictOldest(entries)
      entries.set(key, entry)
      value.catch(() => {
        if (entries.get(key) === entry) entries.delete(key)
      })
      return value
    },
    clear: () => entries.clear(),
  }
}

function evictOldest(entries: Map<string, unknown>): void {
  const oldest = entries.keys().next()
  if (!oldest.done) entries.delete(oldest.value)
}
