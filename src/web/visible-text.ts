// Characters that turn the direction of writing can make a name read as another one ("exe.png" for a file "gnp.exe").
// Every text that is drawn passes here, and shows them as what they are.
import { type ComponentChildren, options, type VNode } from 'preact'

const misleading = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/
const replacement = '\ufffd'

export function visibleText(text: string): string {
  return misleading.test(text) ? text.replaceAll(new RegExp(misleading, 'g'), replacement) : text
}

export function showMisleadingCharacters(): void {
  const before = options.vnode
  options.vnode = vnode => {
    if (typeof vnode.type === 'string') mend(vnode)
    before?.(vnode)
  }
}

/** The children of an element, as the drawing begins: only texts are looked at. */
function mend(vnode: VNode): void {
  const props = vnode.props as { children?: ComponentChildren }
  const { children } = props
  if (typeof children === 'string') props.children = visibleText(children)
  else if (Array.isArray(children)) {
    const texts = children.some(child => typeof child === 'string' && misleading.test(child))
    if (texts) props.children = children.map(child => (typeof child === 'string' ? visibleText(child) : child))
  }
}
