import { setTimeout as sleep } from 'node:timers/promises'

/** Looks again and again until the answer is something; fails loudly after a generous while. */
export async function waitUntil<T>(
  look: () => T | Promise<T>,
  what: string,
  limitMs = 60_000,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + limitMs
  for (;;) {
    const found = await look()
    if (found) return found as NonNullable<T>
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await sleep(20)
  }
}
