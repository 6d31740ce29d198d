// What git asks of the rest. `onPush` is awaited before the client gets its answer: what it has stored is acknowledged
// together with the refs. It is called once a push, outside of the queue of the repository, and its lines are shown to
// the person who pushed.
import type { Actor, Project } from '../access/model.ts'
import type { RefName } from './push.ts'

export type RefUpdate = {
  readonly ref: RefName
  /** 40 zeros: the ref was created. */
  readonly before: string
  /** 40 zeros: the ref was deleted. */
  readonly after: string
}

export type Push = {
  readonly project: Project
  readonly actor: Actor
  /** Only what git did change, in the order of the push. Never empty. */
  readonly changes: readonly RefUpdate[]
  readonly pushOptions: readonly string[]
}

export type PushReactions = {
  /** Before the refs change or beside git's work: notes who pushes what, should the server die before `onPush`. */
  readonly beforePush?: (push: Push) => Promise<void>
  /** The lines of `remote: …`. */
  readonly onPush: (push: Push) => Promise<readonly string[]>
  /** The repository had no default branch, and this is its first branch. */
  readonly onFirstBranch: (projectId: number, branch: string) => Promise<void>
}
