// The most memory that processes took since a moment, from /proc: what a transfer of any size may not make grow.
import { readFile, writeFile } from 'node:fs/promises'

export type PeakMemory = { readonly mebibytes: () => Promise<Readonly<Record<string, number>>> }

/** From now on, of these processes. */
export async function watchPeakMemory(processes: Readonly<Record<string, number>>): Promise<PeakMemory> {
  const entries = Object.entries(processes)
  // 5: forget the peak so far.
  await Promise.all(entries.map(([, pid]) => writeFile(`/proc/${pid}/clear_refs`, '5')))
  return {
    mebibytes: async () => {
      const peaks = entries.map(async ([name, pid]) => [name, await peakOf(pid)] as const)
      return Object.fromEntries(await Promise.all(peaks))
    },
  }
}

async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024)
}
