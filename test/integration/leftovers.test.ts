import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { connectDocker } from '../support/docker.ts'
import { type Before, findLeftovers } from '../support/leftovers.ts'
import { createTemporaryFolder } from '../support/temporary.ts'
import { testRun } from '../support/test-run.ts'

const nothingBefore: Before = { ids: new Set<string>(), runners: new Set<string>() }

/** Those that are this run's for certain. */
async function find(before: Before = nothingBefore): Promise<readonly string[]> {
  return (await findLeftovers(before)).filter(({ isCertain }) => isCertain).map(({ what }) => what)
}

const cleanUps: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

describe('what the tests leave behind', () => {
  it('is found: a folder, until it is removed', async () => {
    const folder = await createTemporaryFolder()
    expect(await find()).toContain(`folder ${folder.path}`)
    await folder.remove()
    expect(await find()).not.toContain(`folder ${folder.path}`)
  })

  it('is found: a process that a test started, until it has ended', async () => {
    const child = spawn('sleep', ['600'])
    await once(child, 'spawn')
    expect(await find()).toContain(`process ${child.pid}: sleep 600`)
    const exit = once(child, 'exit')
    child.kill()
    await exit
    expect(await find()).not.toContain(`process ${child.pid}: sleep 600`)
  })

  it('is found: what bears the label in the Docker engine, unless it was there or is the work of a runner that was', async () => {
    const docker = connectDocker()
    const name = `slipway-${testRun()}-leftover`
    const labels = { slipway: 'true', 'slipway.runner': name }
    await docker.createVolume({ Name: name, Labels: labels })
    cleanUps.push(() => docker.getVolume(name).remove())
    const line = `volume ${name} ${JSON.stringify(labels)}`
    expect(await find()).toContain(line)
    expect(await find({ ...nothingBefore, ids: new Set([name]) })).not.toContain(line)
    expect(await find({ ...nothingBefore, runners: new Set([name]) })).not.toContain(line)
  })
})
