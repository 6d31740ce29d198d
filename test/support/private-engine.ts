// A Docker engine for one test file, in folders of its own, that may be killed and started again without anybody else's
// noticing. It takes root.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Docker from 'dockerode'
import { execa } from 'execa'
import { eventually } from './slipway.ts'
import { testRun } from './test-run.ts'

export type PrivateEngine = {
  /** `unix:///…` */
  readonly host: string
  readonly docker: Docker
  readonly dataFolder: string
  /** Whether containers go on while the daemon is away. */
  readonly setLiveRestore: (isOn: boolean) => Promise<void>
  /** `kill -9` of the daemon; resolves when it is gone. */
  readonly kill: () => Promise<void>
  /** The same daemon again, over the same folders. */
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
}

const script = join(import.meta.dirname, '../../scripts/engine')

export async function startPrivateEngine(
  name: string,
  { images, dataSizeMib }: { readonly images: readonly string[]; readonly dataSizeMib?: number },
): Promise<PrivateEngine> {
  const folder = `/run/slipway-${testRun()}-${name}`
  const data = `/var/lib/slipway-${testRun()}-${name}`
  const host = `unix://${folder}/docker.sock`
  const docker = new Docker({ socketPath: `${folder}/docker.sock` })
  const control = (word: string) =>
    execa('sh', [script, word, '--dir', folder, '--data', data, '--owner', `${process.pid}`])
  let restarted: ChildProcess | undefined

  await mkdir(data, { recursive: true })
  if (dataSizeMib !== undefined) await execa('mount', ['-t', 'tmpfs', '-o', `size=${dataSizeMib}m`, 'tmpfs', data])
  await control('start')
  for (const image of images) {
    const saved = execa('docker', ['save', image], { buffer: false, encoding: 'buffer' })
    await execa('docker', ['load'], { env: { DOCKER_HOST: host }, input: saved.stdout })
    await saved
  }

  const pid = async () => Number(await readFile(join(folder, 'dockerd.pid'), 'utf8'))
  const isThere = async () => (await docker.ping().catch(() => null)) !== null
  let command: string[] = []

  return {
    host,
    docker,
    dataFolder: data,
    async setLiveRestore(isOn) {
      const file = join(folder, 'daemon.json')
      const settings = JSON.parse(await readFile(file, 'utf8')) as object
      await writeFile(file, JSON.stringify({ ...settings, 'live-restore': isOn }))
      process.kill(await pid(), 'SIGHUP')
      await eventually('the new settings', 20_000, async () => (await docker.info()).LiveRestoreEnabled === isOn)
    },
    async kill() {
      const running = await pid()
      command = (await readFile(`/proc/${running}/cmdline`, 'utf8')).split('\0').filter(Boolean)
      process.kill(running, 'SIGKILL')
      await eventually('the end of the daemon', 20_000, async () => !(await isThere()))
    },
    async start() {
      const [program = 'dockerd', ...words] = command
      await rm(join(folder, 'dockerd.docker.pid'), { force: true })
      const path = `${folder}/bin:${process.env.PATH}`
      restarted = spawn(program, words, { env: { ...process.env, PATH: path }, stdio: 'ignore', detached: true })
      await writeFile(join(folder, 'dockerd.pid'), `${restarted.pid}\n`)
      await eventually('the daemon', 60_000, isThere)
    },
    async stop() {
      await control('stop')
      await execa('umount', ['-l', data], { reject: false })
      await rm(data, { recursive: true, force: true })
    },
  }
}
