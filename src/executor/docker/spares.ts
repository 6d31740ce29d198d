// Things that take long to make, made before anybody asks for them: for every wish heard lately a few spares, each given
// away once. They are made only while no room is being furnished, one at a time: what a job waits for goes first.

export type Spares<T> = {
  readonly take: (wish: string) => T | null
  /** From now on, for a while, `count` spares of this wish are kept. */
  readonly want: (wish: string, count: number, make: () => Promise<T | null>) => void
  /** No spare is begun before all that was held is let go. */
  readonly hold: () => () => void
  /** Resolves when all spares are away. */
  readonly close: () => Promise<void>
}

export type SparesOptions<T> = {
  /** Nothing is made before it has been quiet for so long. */
  readonly quietMs: number
  /** Spares of all wishes together; the wishes that were repeated least lately go without. */
  readonly most: number
  /** A wish that nobody repeated for so long is forgotten, and its spares are discarded. */
  readonly keepMs: number
  readonly discard: (spare: T) => Promise<void>
  readonly onProblem: (error: unknown) => void
}

type Wish<T> = { readonly spares: T[]; count: number; make: () => Promise<T | null>; wantedAt: number }

export function createSpares<T>({ quietMs, most, keepMs, discard, onProblem }: SparesOptions<T>): Spares<T> {
  const wishes = new Map<string, Wish<T>>()
  let holds = 0
  let isClosed = false
  let timer: NodeJS.Timeout | undefined
  let working: Promise<void> = Promise.resolve()

  function schedule(): void {
    clearTimeout(timer)
    if (isClosed || holds > 0) return
    timer = setTimeout(() => {
      working = working.then(work)
    }, quietMs)
  }

  async function work(): Promise<void> {
    await forgetOld()
    for (let wish = nextWish(); wish !== null && holds === 0 && !isClosed; wish = nextWish()) {
      try {
        const spare = await wish.make()
        if (spare === null) wish.count = 0
        else wish.spares.push(spare)
      } catch (error) {
        wish.count = 0 // until it is wanted again: what failed now would fail again at once
        onProblem(error)
      }
    }
    if (wishes.size > 0 && !isClosed) {
      clearTimeout(timer)
      timer = setTimeout(schedule, keepMs / 4)
      timer.unref()
    }
  }

  function nextWish(): Wish<T> | null {
    return [...wishes.values()].find(wish => wish.spares.length < wish.count) ?? null
  }

  async function forgetOld(): Promise<void> {
    const oldest = performance.now() - keepMs
    let total = 0
    for (const [key, wish] of [...wishes].sort(([, one], [, other]) => other.wantedAt - one.wantedAt)) {
      total += wish.count
      if (wish.wantedAt > oldest && total <= most) continue
      wishes.delete(key)
      await Promise.all(wish.spares.map(discardSafely))
    }
  }

  async function discardSafely(spare: T): Promise<void> {
    await discard(spare).catch(onProblem)
  }

  return {
    take: wish => wishes.get(wish)?.spares.shift() ?? null,
    want: (key, count, make) => {
      const wish = wishes.get(key) ?? { spares: [], count, make, wantedAt: 0 }
      wishes.set(key, Object.assign(wish, { count, make, wantedAt: performance.now() }))
      schedule()
    },
    hold: () => {
      holds += 1
      clearTimeout(timer)
      let isHeld = true
      return () => {
        if (!isHeld) return
        isHeld = false
        holds -= 1
        schedule()
      }
    },
    close: async () => {
      isClosed = true
      clearTimeout(timer)
      await working
      const all = [...wishes.values()].flatMap(wish => wish.spares)
      wishes.clear()
      await Promise.all(all.map(discardSafely))
    },
  }
}
