// Ctrl-C and its like. The first asks the jobs to end, as a cancel does; the second does not wait for them. What was made in
// Docker is removed either way.

export type Interrupt = {
  /** 130 after Ctrl-C, 143 after SIGTERM, 129 after a terminal that went away; null: nobody asked. */
  readonly exitCode: () => number | null
  /** Whoever can stop something; told also when it was asked before. */
  readonly onAsked: (listener: (isFirst: boolean) => void) => void
  readonly ignore: () => void
}

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const

export function listenForInterrupts(): Interrupt {
  let exitCode: number | null = null
  let tell: (isFirst: boolean) => void = () => {}
  const asked = Object.entries(signalNumbers).map(([signal, number]) => {
    const listener = () => {
      const isFirst = exitCode === null
      exitCode ??= 128 + number
      tell(isFirst)
    }
    process.on(signal, listener)
    return { signal, listener }
  })
  return {
    exitCode: () => exitCode,
    onAsked(listener) {
      tell = listener
      if (exitCode !== null) listener(true)
    },
    ignore: () => {
      for (const { signal, listener } of asked) process.off(signal, listener)
    },
  }
}
