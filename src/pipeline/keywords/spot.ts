import type { Diagnostics } from '../diagnostics.ts'
import type { YamlNode } from '../yaml/node.ts'

/** A place in the document while it is checked, and how GitLab's messages call it. */
export interface Spot {
  /** The way through the document: `x:image:name`. */
  readonly path: string
  /** GitLab's way: `jobs:x:image`. */
  readonly location: string
  /** What its own mistakes begin with: `jobs:x:image config`, or `jobs:x when`. */
  readonly subject: string
  readonly diagnostics: Diagnostics
}

/** Reports `<subject> <reason>` at the node's place. */
export function complain(spot: Spot, node: Pick<YamlNode, 'place'>, reason: string): void {
  spot.diagnostics.error(`${spot.subject} ${reason}`, spot.path, node.place)
}

/** Reports `<location> <reason>`, for the few messages that leave out the word `config`. */
export function complainBare(spot: Spot, node: Pick<YamlNode, 'place'>, reason: string): void {
  spot.diagnostics.error(`${spot.location} ${reason}`, spot.path, node.place)
}

export function warnAt(spot: Spot, node: Pick<YamlNode, 'place'>, text: string): void {
  spot.diagnostics.warn(`${spot.location} ${text}`, spot.path, node.place)
}

/** A part with a place of its own in GitLab's messages: `jobs:x:image config …`. */
export function entryBelow(spot: Spot, key: string, nameInMessages: string = key): Spot {
  const location = spot.location === '' ? nameInMessages : `${spot.location}:${nameInMessages}`
  return { ...spot, path: spot.path === '' ? key : `${spot.path}:${key}`, location, subject: `${location} config` }
}

/** A part that GitLab's messages call an attribute of the whole: `jobs:x resource group …`. */
export function attributeBelow(spot: Spot, key: string): Spot {
  return { ...entryBelow(spot, key), subject: `${spot.location} ${key.replaceAll('_', ' ')}`.trim() }
}

/** The same place, called `<location> config` in messages. */
export function asEntry(spot: Spot): Spot {
  return { ...spot, subject: `${spot.location} config` }
}

/** The same place under another name in messages. */
export function renamed(spot: Spot, location: string): Spot {
  return { ...spot, location, subject: `${location} config` }
}
