// What the parts of receiving a push share.
import type { Readable, Writable } from 'node:stream'
import type { Actor } from '../access/model.ts'
import type { Access, ProjectAccess } from '../access/ports.ts'
import type { PushReactions } from './ports.ts'
import type { Repositories } from './repositories.ts'

export type ReceiveDeps = {
  readonly access: Access
  readonly repositories: Repositories
  readonly reactions: PushReactions
  readonly onBug: (error: unknown, what: string) => void
  /** Bounds what a push may bring, unpacked size aside. */
  readonly mostPackBytes: number
}

export type PushRequest = {
  readonly actor: Actor
  readonly access: ProjectAccess
  readonly folder: string
  /** Unzipped. */
  readonly body: Readable
  readonly answer: Writable
  /** Waits for the repository's turn. */
  readonly inTurn: <T>(action: () => Promise<T>) => Promise<T>
}
