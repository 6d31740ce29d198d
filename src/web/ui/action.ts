import { useState } from 'preact/hooks'
import { wordsOf } from '../api/api-error.ts'
import { tell, tellFailure } from './toast.tsx'

export type Action = { readonly run: () => Promise<void>; readonly busy: boolean }

/** Something that the reader starts: busy while it runs, and it says how it ended. `act` returns the sentence, or null to stay silent. */
export function useAction(act: () => Promise<string | null>): Action {
  const [busy, setBusy] = useState(false)
  async function run(): Promise<void> {
    if (busy) return
    setBusy(true)
    await attempt(act)
    setBusy(false)
  }
  return { run, busy }
}

/** The same without a button that waits. True: it worked. */
export async function attempt(act: () => Promise<string | null>): Promise<boolean> {
  try {
    const done = await act()
    if (done !== null) tell(done)
    return true
  } catch (error) {
    tellFailure(wordsOf(error))
    return false
  }
}
