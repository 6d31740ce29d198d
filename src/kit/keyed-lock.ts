// One at a time for each key, in the order of asking; different keys do not wait for each other.

export type KeyedLock = <T>(key: string, work: () => Promise<T>) => Promise<T>

export function createKeyedLock(): KeyedLock {
  const tails = new Map<string, Promise<unknown>>()

  return <T>(key: string, work: () => Promise<T>) => {
    const before = tails.get(key) ?? Promise.resolve()
    const mine = before.then(work, work)
    tails.set(key, mine)
    const forget = () => {
      if (tails.get(key) === mine) tails.delete(key)
    }
    mine.then(forget, forget) // the caller hears of a failure through `mine`
    return mine
  }
}
