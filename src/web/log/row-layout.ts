// Where each row of a log stands, counted in lines of text: a folded row takes none, a wrapped one several. Sums over
// blocks make both directions fast for a million rows.

export type RowLayout = {
  readonly rowCount: () => number
  /** Lines of all rows together. */
  readonly lineCount: () => number
  /** Lines above the row. */
  readonly lineOf: (row: number) => number
  /** The row that holds this line. */
  readonly rowAt: (line: number) => number
  readonly heightOf: (row: number) => number
  /** Takes new heights for the rows from `first` on. */
  readonly update: (first: number, rowCount: number, heightOf: (row: number) => number) => void
}

const blockRows = 512

export function createRowLayout(): RowLayout {
  let heights = new Uint16Array(4096)
  /** Lines above each block; one entry more than there are blocks. */
  let above: Float64Array = new Float64Array(2)
  let count = 0

  function update(first: number, rowCount: number, heightAt: (row: number) => number): void {
    heights = grown(heights, rowCount)
    for (let row = Math.min(first, rowCount); row < rowCount; row += 1) heights[row] = heightAt(row)
    count = rowCount
    sumBlocks(Math.floor(first / blockRows))
  }

  function sumBlocks(firstBlock: number): void {
    const blocks = Math.ceil(count / blockRows)
    if (above.length < blocks + 1) {
      const larger = new Float64Array(Math.max(blocks + 1, above.length * 2))
      larger.set(above)
      above = larger
    }
    for (let block = Math.min(firstBlock, blocks); block < blocks; block += 1) {
      let lines = above[block] ?? 0
      const end = Math.min(count, (block + 1) * blockRows)
      for (let row = block * blockRows; row < end; row += 1) lines += heights[row] ?? 0
      above[block + 1] = lines
    }
  }

  function lineOf(row: number): number {
    const wanted = Math.min(row, count)
    const block = Math.floor(wanted / blockRows)
    let lines = above[block] ?? 0
    for (let each = block * blockRows; each < wanted; each += 1) lines += heights[each] ?? 0
    return lines
  }

  function rowAt(line: number): number {
    const blocks = Math.ceil(count / blockRows)
    let low = 0
    let high = Math.max(0, blocks - 1)
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((above[middle] ?? 0) <= line) low = middle
      else high = middle - 1
    }
    let lines = above[low] ?? 0
    for (let row = low * blockRows; row < count; row += 1) {
      lines += heights[row] ?? 0
      if (lines > line) return row
    }
    return Math.max(0, count - 1)
  }

  return {
    rowCount: () => count,
    lineCount: () => above[Math.ceil(count / blockRows)] ?? 0,
    lineOf,
    rowAt,
    heightOf: row => heights[row] ?? 0,
    update,
  }
}

function grown(heights: Uint16Array<ArrayBuffer>, wanted: number): Uint16Array<ArrayBuffer> {
  if (heights.length >= wanted) return heights
  const larger = new Uint16Array(Math.max(wanted, heights.length * 2))
  larger.set(heights)
  return larger
}
