// Remembers what each row was before an event touched it, whatever it goes through in between.
import type { Board, Slot } from './board.ts'
import { addEffects } from './effects.ts'
import type { Effect, JobState, Transition } from './machine-model.ts'

export type Journal = {
  readonly put: (slot: Slot, job: JobState) => void
  /** A new attempt takes the slot; the old row stays, marked retried. */
  readonly replace: (slot: Slot, job: JobState) => void
  readonly close: () => Pick<Transition, 'changed' | 'added' | 'effects'>
}

type Row = { readonly before: JobState | null; after: JobState }

export function openJournal(board: Board): Journal {
  const rows = new Map<number, Row>()

  function note(before: JobState | null, after: JobState): void {
    const row = rows.get(after.id)
    if (row === undefined) rows.set(after.id, { before, after })
    else row.after = after
  }

  return {
    put(slot, job) {
      note(slot.job, job)
      board.put(slot, job)
    },
    replace(slot, job) {
      note(slot.job, { ...slot.job, isRetried: true })
      note(null, job)
      board.put(slot, job)
    },
    close() {
      const changed: JobState[] = []
      const added: JobState[] = []
      const effects: Effect[] = []
      for (const { before, after } of rows.values()) {
        if (before === null) added.push(after)
        else changed.push(after)
        addEffects(effects, before, after)
      }
      return { changed, added, effects }
    },
  }
}
