/**
 * The circles of a graph, each once, as the nodes along it. Depth first with a stack of its own: a chain may be as long
 * as the file.
 */
export function circlesIn<Node>(
  nodes: Iterable<Node>,
  next: (node: Node) => readonly Node[],
): readonly (readonly Node[])[] {
  const circles: Node[][] = []
  const state = new Map<Node, 'open' | 'done'>()
  const path: { readonly node: Node; readonly rest: Node[] }[] = []
  const enter = (node: Node) => {
    state.set(node, 'open')
    path.push({ node, rest: [...next(node)] })
  }
  for (const start of nodes) {
    if (state.has(start)) continue
    enter(start)
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const follower = top.rest.pop()
      if (follower === undefined) {
        state.set(top.node, 'done')
        path.pop()
      } else if (state.get(follower) === 'open') circles.push(circleFrom(follower))
      else if (!state.has(follower)) enter(follower)
    }
  }
  return circles

  function circleFrom(node: Node): Node[] {
    const nodesOnPath = path.map(step => step.node)
    return nodesOnPath.slice(nodesOnPath.indexOf(node))
  }
}

/** `a → b → a`. */
export function circleText(names: readonly string[]): string {
  return names.length === 1 ? `${names[0]} needs itself` : [...names, names[0]].join(' → ')
}
