// Things that take long to make, made before anybody asks for them: for every wish heard lately a few spares, each given
// away once. They are made only while no room is being furnished, one at a time: what a job waits for goes first. Those that no
// job which runs now can use wait until most of them have ended: making them costs the jobs as much as a job's own start.
import { availableParallelism } from 'node:os'

export type Spares<T> = {
  readonly take: (wish: string) => T | null
  /** From now on, for a while, so many spares of this wish are kept. */
  readonly want: (name: string, wish: SpareWish<T>) => void
  /** No spare is begun before all that was held is let go. */
  readonly hold: () => () => void
  /** A job is here until this is called back. */
  readonly occupy: () => () => void
  /** Resolves when all spares are away. */
  readonly close: () => Promise<void>
}

export type SpareWish<T> = {
  readonly count: number
  readonly make: () => Promise<T | null>
  /** Nobody who is here now will ask for it. */
  readonly canWait: boolean
}

export type SparesOptions<T> = {
  /** Nothing is made before it has been quiet for so long. */
  readonly quietMs: number
  /** With so many jobs what can wait does, for so long at most. */
  readonly crowd: number
  readonly patienceMs: number
  /** Spares of all wishes together; the wishes that were repeated least lately go without. */
  readonly most: number
  /** A wish that nobody repeated for so long is forgotten, and its spares are discarded. */
  readonly keepMs: number
  readonly discard: (spare: T) => Promise<void>
  readonly onProblem: (error: unknown) => void
}

type Wish<T> = { readonly spares: T[]; wish: SpareWish<T>; wantedAt: number; missingSince: number }

/** Jobs on half of the processors have the others' work with them: their containers, the engine, this runner. */
export const sparesPace = { quietMs: 200, crowd: Math.ceil(availableParallelism() / 2), patienceMs: 30_000 }

export function createSpares<T>(options: SparesOptions<T>): Spares<T> {
  const { quietMs, crowd, patienceMs, most, keepMs, discard, onProblem } = options
  const wishes = new Map<string, Wish<T>>()
  let holds = 0
  let jobs = 0
  let isClosed = false
  let timer: NodeJS.Timeout | undefined
  let working: Promise<void> = Promise.resolve()

  function schedule(): void {
    clearTimeout(timer)
    if (isClosed || holds > 0) return
    const waitMs = Math.min(...missing().map(patienceLeftMs))
    timer = setTimeout(
      () => {
        working = working.then(work)
      },
      Math.max(quietMs, Number.isFinite(waitMs) ? waitMs : 0),
    )
  }

  function patienceLeftMs({ wish, missingSince }: Wish<T>): number {
    if (!wish.canWait || jobs < crowd) return 0
    return Math.max(0, missingSince + patienceMs - performance.now())
  }

  function missing(): readonly Wish<T>[] {
    return [...wishes.values()].filter(({ spares, wish }) => spares.length < wish.count)
  }

  async function work(): Promise<void> {
    await forgetOld()
    for (let wish = nextWish(); wish !== null && holds === 0 && !isClosed; wish = nextWish()) {
      try {
        const spare = await wish.wish.make()
        if (spare === null) forgetUntilWanted(wish)
        else wish.spares.push(spare)
        wish.missingSince = performance.now()
      } catch (error) {
        forgetUntilWanted(wish) // what failed now would fail again at once
        onProblem(error)
      }
    }
    if (missing().length > 0) return schedule()
    if (wishes.size > 0 && !isClosed) {
      clearTimeout(timer)
      timer = setTimeout(schedule, keepMs / 4)
      timer.unref()
    }
  }

  function nextWish(): Wish<T> | null {
    return missing().find(each => patienceLeftMs(each) === 0) ?? null
  }

  async function forgetOld(): Promise<void> {
    const oldest = performance.now() - keepMs
    let total = 0
    for (const [key, wish] of [...wishes].sort(([, one], [, other]) => other.wantedAt - one.wantedAt)) {
      total += wish.wish.count
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
    want: (name, wish) => {
      const now = performance.now()
      const known = wishes.get(name) ?? { spares: [], missingSince: now }
      const missingSince = known.spares.length < wish.count ? known.missingSince : now
      wishes.set(name, Object.assign(known, { wish, wantedAt: now, missingSince }))
      schedule()
    },
    hold: () => {
      holds += 1
      clearTimeout(timer)
      return once(() => {
        holds -= 1
        schedule()
      })
    },
    occupy: () => {
      jobs += 1
      return once(() => {
        jobs -= 1
        schedule()
      })
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

function forgetUntilWanted<T>(wanted: Wish<T>): void {
  wanted.wish = { ...wanted.wish, count: 0 }
}

function once(work: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    work()
  }
}
