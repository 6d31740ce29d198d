// A runner that is killed after its job printed more than is kept of a log: its spool began anew long ago, the engine has
// thrown away the beginning, and still nothing is lost that comes afterwards.
import { expect, onTestFinished, test } from 'vitest'
import { engine, leftovers } from '../integration/executor/rooms.ts'
import { jobPayload } from '../support/job-payload.ts'
import { createRunnerHome } from '../support/runner-process.ts'
import { startRunnerProtocolServer } from '../support/runner-protocol-server.ts'
import { waitUntil } from '../support/wait-until.ts'

const floodMib = Number(process.env.SLIPWAY_SOAK_KILL_FLOOD_MIB ?? 12)
const limitMs = 60_000 + floodMib * 1000

test(`after ${floodMib} MiB of a log a killed runner goes on with it`, { timeout: 2 * limitMs }, async () => {
  const server = await startRunnerProtocolServer()
  onTestFinished(server.close)
  const home = createRunnerHome(server.url, { log: { head: '1MiB', tail: '1MiB' } })
  onTestFinished(home.remove)

  /** Its exit code. */
  async function execInJob(...command: string[]): Promise<number | null> {
    const filters = { label: [`slipway.runner=${home.identity()}`, 'slipway.kind=job'] }
    const [container] = await engine.docker.listContainers({ filters })
    const exec = await engine.docker.getContainer(container?.Id ?? '').exec({ Cmd: command, AttachStdout: true })
    const output = await exec.start({})
    await new Promise(resolve => output.on('end', resolve).resume())
    return (await exec.inspect()).ExitCode
  }

  const flood = `yes "${'a line of a flood, '.repeat(10)}" | head -c ${floodMib * 1024 * 1024} || true`
  const untilTold = 'while [ ! -e /builds/go ]; do sleep 0.1; done'
  const script = ['echo begun', flood, 'touch /builds/flooded', untilTold, 'echo ended']
  const job = server.add(jobPayload({ id: 1, script }))
  const first = home.start()
  await waitUntil(() => job.log.includes('begun\n'), 'the first line')
  await waitUntil(async () => (await execInJob('test', '-e', '/builds/flooded')) === 0, 'the end of the flood', limitMs)
  first.kill('SIGKILL')
  await first.exited
  const second = home.start()
  await execInJob('touch', '/builds/go')
  await waitUntil(() => job.update !== null, 'the end', limitMs)
  expect(job.update).toMatchObject({ state: 'success' })
  const log = job.log.toString()
  expect(log.match(/^ended$/gm)).toHaveLength(1)
  expect(log).toContain('The log is longer than 1 MiB')
  expect(log.length).toBeLessThan(2.1 * 1024 * 1024)
  second.kill('SIGTERM')
  await second.exited
  expect(await leftovers(home.identity())).toEqual({ containers: 0, networks: 0, volumes: 0 })
})
