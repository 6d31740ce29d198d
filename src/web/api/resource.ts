// Data of a page: loaded when the page opens, shown from memory at once when one comes back, kept while it is loaded
// anew, so that nothing jumps.
import { type Signal, signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { ApiError } from './api-error.ts'
import { keepSame } from './keep-same.ts'

export type Loaded<T> = {
  readonly data: T | undefined
  readonly error: ApiError | undefined
  readonly isLoading: boolean
}
export type Resource<T> = Loaded<T> & {
  readonly reload: () => Promise<void>
  /** Puts a value in place at once, before the server is asked again. */
  readonly replace: (data: T) => void
}

type Entry = {
  readonly state: Signal<Loaded<unknown>>
  running: AbortController | undefined
  again: boolean
  readers: number
  /** Milliseconds since 1970; 0: not yet. */
  loadedAt: number
}

const keptEntries = 150
/** What is no older is not loaded again when one more part of the page asks for it. */
const freshMs = 1000
const entries = new Map<string, Entry>()

/** `key` names the data for as long as the tab lives; null: nothing to load yet. */
export function useResource<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const entry = useMemo(() => entryOf(key ?? ''), [key])
  useEffect(() => {
    entry.readers += 1
    if (key !== null) void open(entry, load)
    return () => {
      entry.readers -= 1
      if (entry.readers === 0) entry.running?.abort()
    }
  }, [key])
  const state = entry.state.value as Loaded<T>
  return {
    ...state,
    isLoading: key !== null && (state.isLoading || (state.data === undefined && state.error === undefined)),
    reload: () => refresh(entry, load),
    replace: data => {
      entry.state.value = { data, error: undefined, isLoading: false }
    },
  }
}

/** Begins to load what a page is going to ask for, while its script is still being read. */
export function prime<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Promise<void> {
  return open(entryOf(key), load)
}

/** Forgets everything: another user has signed in. */
export function forgetResources(): void {
  entries.clear()
}

function entryOf(key: string): Entry {
  const known = entries.get(key)
  if (known !== undefined) return known
  if (entries.size >= keptEntries) entries.delete(entries.keys().next().value ?? '')
  const entry: Entry = {
    state: signal<Loaded<unknown>>({ data: undefined, error: undefined, isLoading: false }),
    running: undefined,
    again: false,
    readers: 0,
    loadedAt: 0,
  }
  entries.set(key, entry)
  return entry
}

async function open<T>(entry: Entry, load: (signal: AbortSignal) => Promise<T>): Promise<void> {
  const isRunning = entry.running !== undefined && !entry.running.signal.aborted
  if (!isRunning && Date.now() - entry.loadedAt > freshMs) await refresh(entry, load)
}

/** One load at a time for one entry; a wish that comes while one runs leads to one more. */
async function refresh<T>(entry: Entry, load: (signal: AbortSignal) => Promise<T>): Promise<void> {
  if (entry.running !== undefined && !entry.running.signal.aborted) {
    entry.again = true
    return
  }
  const controller = new AbortController()
  entry.running = controller
  entry.again = false
  entry.state.value = { ...entry.state.peek(), isLoading: true }
  try {
    const data = await load(controller.signal)
    if (controller.signal.aborted) return
    entry.loadedAt = Date.now()
    entry.state.value = { data: keepSame(entry.state.peek().data, data), error: undefined, isLoading: false }
  } catch (error) {
    if (controller.signal.aborted) return
    entry.state.value = { data: entry.state.peek().data, error: asApiError(error), isLoading: false }
  } finally {
    if (entry.running === controller) entry.running = undefined
  }
  if (entry.again && !controller.signal.aborted) await refresh(entry, load)
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  return new ApiError(
    0,
    `This page could not read the server's answer: ${error instanceof Error ? error.message : String(error)}`,
  )
}
