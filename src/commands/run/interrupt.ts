// Ctrl-C and its like. The first asks the jobs to end, as a cancel does; the second does not wait for them. What was made in
// Docker is removed either way.

export type Interrupt = {
  /** 130 after Ctrl-C, 143 after SIGTERM, 129 after a terminal that went away; null: nobody asked. */
  readonly exitCode: () => number | null
  readonly stop: () => void
}

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const

export function onInterrupt(asked: (isFirst: boolean) => void): Interrupt {
  let exitCode: number | null = null
  const listeners = Object.entries(signalNumbers).map(([signal, number]) => {
    const listener = () => {
      const isFirst = exitCode === null
      exitCode ??= 128 + number
      asked(isFirst)
    }
    process.on(signal, listener)
    return { signal, listener }
  })
  return {
    exitCode: () => exitCode,
    stop: () => {
      for (const { signal, listener } of listeners) process.off(signal, listener)
    },
  }
}
