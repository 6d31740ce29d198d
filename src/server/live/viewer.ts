// One end of a feed: whoever gets its messages. A viewer that does not keep up is left behind on purpose: nothing is
// queued for it beyond what its socket already holds.

export type Viewer = {
  readonly sendText: (text: string) => void
  readonly sendFrame: (frame: Uint8Array) => void
  /** True: its socket holds more than it should; send nothing until `onDrained` calls. */
  readonly isClogged: () => boolean
  /** Calls once when the socket has room again. */
  readonly onDrained: (resume: () => void) => void
}

/** A subscription to a feed. */
export type Attachment = { readonly detach: () => void }
