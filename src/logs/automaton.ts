// Aho-Corasick over bytes as one dense table. Bytes that occur in no pattern share one column, and states that report
// something have the highest numbers, so that the scanning loop is one load and one comparison a byte.

export type Pattern = {
  readonly bytes: Uint8Array
  /** 0: cover the pattern itself. Else: bits that say how to go on after it (see redact.ts). */
  readonly opens: number
}

export type Automaton = {
  /** A state is the number of its row times `columnCount`; the start is 0. `next[state + columns[byte]]` follows it. */
  readonly next: Int32Array
  readonly columns: Uint8Array
  readonly columnCount: number
  /** States from here on report. */
  readonly firstReporting: number
  /** By row: length of the longest covering pattern that ends here; 0: none. */
  readonly covers: Int32Array
  /** By row: bits of the opening patterns that end here. */
  readonly opens: Uint8Array
  /** By row: how many of the last bytes may be the beginning of a covering pattern. */
  readonly holds: Int32Array
  /** By row: how many of the last bytes lead from the start to this state. */
  readonly depths: Int32Array
}

type Node = {
  readonly children: Map<number, Node>
  readonly depth: number
  fail: Node | null
  covers: number
  opens: number
  isCoverPrefix: boolean
  holds: number
  row: number
}

export function createAutomaton(patterns: readonly Pattern[]): Automaton {
  const root = makeNode(0)
  for (const pattern of patterns) insert(root, pattern)
  const nodes = linkFailures(root)
  number(nodes)
  return toTable(nodes, patterns)
}

function makeNode(depth: number): Node {
  return { children: new Map(), depth, fail: null, covers: 0, opens: 0, isCoverPrefix: false, holds: 0, row: 0 }
}

function insert(root: Node, pattern: Pattern): void {
  let node = root
  for (const byte of pattern.bytes) {
    let child = node.children.get(byte)
    if (child === undefined) {
      child = makeNode(node.depth + 1)
      node.children.set(byte, child)
    }
    node = child
    if (pattern.opens === 0) node.isCoverPrefix = true
  }
  if (pattern.opens === 0) node.covers = node.depth
  else node.opens |= pattern.opens
}

/** Breadth first, so that a node's failure target is always complete before it. */
function linkFailures(root: Node): readonly Node[] {
  const order: Node[] = [root]
  for (const node of order) {
    for (const [byte, child] of node.children) {
      child.fail = failureOf(node, byte, root)
      child.covers = Math.max(child.covers, child.fail.covers)
      child.opens |= child.fail.opens
      child.holds = child.isCoverPrefix ? child.depth : child.fail.holds
      order.push(child)
    }
  }
  return order
}

function failureOf(parent: Node, byte: number, root: Node): Node {
  for (let node = parent.fail; node !== null; node = node.fail) {
    const target = node.children.get(byte)
    if (target !== undefined) return target
  }
  return root
}

function number(nodes: readonly Node[]): void {
  let row = 0
  for (const node of nodes) if (!isReporting(node)) node.row = row++
  for (const node of nodes) if (isReporting(node)) node.row = row++
}

function isReporting(node: Node): boolean {
  return node.covers > 0 || node.opens > 0
}

function toTable(nodes: readonly Node[], patterns: readonly Pattern[]): Automaton {
  const columns = new Uint8Array(256)
  let columnCount = 1
  for (const { bytes } of patterns)
    for (const byte of bytes) if (columns[byte] === 0 && columnCount < 256) columns[byte] = columnCount++
  const next = new Int32Array(nodes.length * columnCount)
  const covers = new Int32Array(nodes.length)
  const opens = new Uint8Array(nodes.length)
  const holds = new Int32Array(nodes.length)
  const depths = new Int32Array(nodes.length)
  for (const node of nodes) {
    const start = node.row * columnCount
    if (node.fail !== null) next.copyWithin(start, node.fail.row * columnCount, (node.fail.row + 1) * columnCount)
    for (const [byte, child] of node.children) next[start + (columns[byte] ?? 0)] = child.row * columnCount
    covers[node.row] = node.covers
    opens[node.row] = node.opens
    holds[node.row] = node.holds
    depths[node.row] = node.depth
  }
  const silent = nodes.reduce((count, node) => (isReporting(node) ? count : count + 1), 0)
  return { next, columns, columnCount, firstReporting: silent * columnCount, covers, opens, holds, depths }
}
