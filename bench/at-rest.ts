// Waits until the machine has nothing to do: what the last measurement left behind is cleaned up and made ready anew, and
// takes no processor from the next one.
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const windowMs = 300
const idleShare = 0.85
/** In a row: while the engine takes a pipeline's things away, the processors have pauses, too. */
const calmWindows = 6
const mostWindows = 60

/** After 18 s it goes on in any case: a machine that has other work tells nothing, and the spread of the figures shows it. */
export async function untilAtRest(): Promise<void> {
  let before = await processorTicks()
  let calm = 0
  for (let count = 0; count < mostWindows && calm < calmWindows; count += 1) {
    await sleep(windowMs)
    const now = await processorTicks()
    calm = (now.idle - before.idle) / (now.all - before.all) >= idleShare ? calm + 1 : 0
    before = now
  }
}

/** The first line of /proc/stat: `cpu user nice system idle iowait …`. */
async function processorTicks(): Promise<{ readonly idle: number; readonly all: number }> {
  const [line = ''] = (await readFile('/proc/stat', 'utf8')).split('\n')
  const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number)
  return { idle: ticks[3] ?? 0, all: ticks.reduce((sum, each) => sum + each, 0) }
}
