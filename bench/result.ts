/** One row of a benchmark: our figure beside a peer's or a floor's from the same run. */
export type BenchResult = {
  readonly name: string
  readonly unit: string
  /** Median. */
  readonly ours: number
  readonly oursMin?: number
  readonly oursMax?: number
  /** What it is compared with, and its median in the same run; null where the goal is absolute. */
  readonly reference: { readonly name: string; readonly value: number } | null
  /** ours / reference */
  readonly ratio: number | null
  /** For people: `≤ 1.2 ×`, `≥ 200/s`. */
  readonly goal: string
  /** Within 10 % of the goal. */
  readonly met: boolean
  readonly note?: string
}

/** Rows that took long are told at once, in short; the table comes at the end. */
export function tell(rows: readonly BenchResult[]): readonly BenchResult[] {
  for (const { name, ours, unit, ratio, note } of rows) {
    const beside = ratio === null ? '' : `, ratio ${ratio.toFixed(2)}`
    process.stderr.write(`  ${name}: ${ours.toPrecision(3)} ${unit}${beside}${note === undefined ? '' : `, ${note}`}\n`)
  }
  return rows
}
