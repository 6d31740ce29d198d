// Eight pushers for a minute, with no grace, while tags are moved and deleted at random and the garbage is collected.
import { expect, it } from 'vitest'
import { blobsOnDisk, neededDigests } from '../support/registry/disk.ts'
import { race } from '../support/registry/race.ts'
import { startTestRegistry } from '../support/registry/test-registry.ts'

const rounds = 5

it.each([1, 2, 3])('what is listed pulls whole, and the disk holds what is needed (seed %i)', async seed => {
  const registry = await startTestRegistry({ grace: { blobMs: 0, untaggedMs: 0, abandonedMs: 0 } })
  try {
    const outcome = await race(registry, { pushers: 8, durationMs: 60_000, seed })
    expect(outcome).toMatchObject({ broken: [] })
    expect(outcome.pushed).toBeGreaterThan(100)
    for (let round = 0; round < rounds; round++)
      await registry.registry().collector.collect(new AbortController().signal)
    expect(await blobsOnDisk(registry)).toEqual(await neededDigests(registry))
    expect(registry.bugs).toEqual([])
  } finally {
    await registry.stop()
  }
})
