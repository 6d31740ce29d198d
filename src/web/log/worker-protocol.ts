// What the page and the log's worker say to each other.
import type { PaintedRow } from '../../logs/paint.ts'
import type { Section } from '../../logs/section.ts'
import type { Difference } from './compare-rows.ts'

export type ToWorker =
  /** The next bytes of the log; they are handed over, not copied. */
  | { readonly type: 'write'; readonly bytes: Uint8Array }
  | { readonly type: 'finish' }
  | { readonly type: 'rows'; readonly from: number; readonly to: number }
  /** From now on tell the widths of rows, too. */
  | { readonly type: 'measure' }
  /** Of all rows up to here, as bare text. */
  | { readonly type: 'texts'; readonly to: number }
  /** With the first rows of another log, as many as are compared. */
  | { readonly type: 'compare'; readonly texts: readonly string[] }
  /** An empty text ends the search. `failures` looks for lines that tell of a failure. */
  | { readonly type: 'find'; readonly search: number; readonly text: string; readonly kind: 'text' | 'failures' }

/** A row with the offset of its first byte in the log, by which its time is found. */
export type ShownRow = PaintedRow & { readonly offset: number }

export type FromWorker =
  /** Its script is loaded. */
  | { readonly type: 'ready' }
  | {
      readonly type: 'grown'
      readonly rowCount: number
      readonly sizeBytes: number
      /** Rows from here on look different than before. */
      readonly firstChanged: number
      /** Null: as before. */
      readonly sections: readonly Section[] | null
    }
  | { readonly type: 'rows'; readonly from: number; readonly rows: readonly ShownRow[] }
  | { readonly type: 'widths'; readonly from: number; readonly widths: Uint16Array<ArrayBuffer> }
  | { readonly type: 'texts'; readonly texts: readonly string[] }
  | { readonly type: 'compared'; readonly differences: readonly Difference[] }
  | {
      readonly type: 'found'
      readonly search: number
      readonly rows: readonly number[]
      readonly isDone: boolean
      readonly isCut: boolean
    }
