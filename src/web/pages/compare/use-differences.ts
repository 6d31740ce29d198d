import { useEffect, useState } from 'preact/hooks'
import type { Difference } from '../../log/compare-rows.ts'
import type { Trace } from '../../log/use-trace.ts'
import { comparisonOf } from './align.ts'

type Compared = { readonly left: Trace; readonly right: Trace; readonly isAligned: boolean }

/** Null: the logs are still being read or compared. What is found is drawn in both. */
export function useDifferences({ left, right, isAligned }: Compared): readonly Difference[] | null {
  const [differences, setDifferences] = useState<readonly Difference[] | null>(null)
  const areComplete = left.isComplete && right.isComplete

  useEffect(() => {
    if (!areComplete) return
    let isOver = false
    void left.model.source.differencesFrom(right.model.source).then(found => {
      if (isOver) return
      // Only now are all sections known: what was written last is still being read when it is complete.
      for (const { model } of [left, right]) model.foldAll(false)
      setDifferences(found)
    })
    return () => {
      isOver = true
    }
  }, [areComplete, left.model, right.model])

  useEffect(() => {
    if (differences === null) return
    left.model.compare(comparisonOf(differences, 'left', isAligned))
    right.model.compare(comparisonOf(differences, 'right', isAligned))
  }, [differences, isAligned])

  return differences
}
