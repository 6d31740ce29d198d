// Debian's docker-registry 2.8.2 as a control: the same questions are put to it, so that a test that asks nonsense is found.
import { type ChildProcess, spawn } from 'node:child_process'
import { access, mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createTemporaryFolder } from '../temporary.ts'

export type ControlRegistry = { readonly url: string; readonly pid: number; readonly stop: () => Promise<void> }

const program = '/usr/bin/docker-registry'

export async function startControlRegistry(): Promise<ControlRegistry> {
  await access(program).catch(cause => {
    throw new Error(`${program} is missing: apt-get install docker-registry`, { cause })
  })
  const folder = await createTemporaryFolder('slipway-control')
  const port = await freePort()
  await mkdir(join(folder.path, 'data'))
  const configuration = join(folder.path, 'config.yml')
  await writeFile(configuration, configurationOf(port, join(folder.path, 'data')))
  const child = spawn(program, ['serve', configuration], {
    stdio: 'ignore',
    env: { PATH: '/usr/bin:/bin', OTEL_TRACES_EXPORTER: 'none' },
  })
  const url = `http://127.0.0.1:${port}`
  const ended = new Promise(resolve => child.once('exit', resolve))
  async function stop(): Promise<void> {
    child.kill('SIGKILL')
    await ended
    await folder.remove()
  }
  await answered(url, child).catch(async error => {
    await stop()
    throw error
  })
  return { url, pid: child.pid ?? 0, stop }
}

function configurationOf(port: number, data: string): string {
  return `version: 0.1
log: { level: error, accesslog: { disabled: true } }
storage: { filesystem: { rootdirectory: ${data} }, delete: { enabled: true }, cache: { blobdescriptor: inmemory } }
http: { addr: "127.0.0.1:${port}" }
`
}

async function answered(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + 20_000
  while (Date.now() < deadline && child.exitCode === null) {
    const response = await fetch(`${url}/v2/`).catch(() => null)
    if (response?.status === 200) return
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  throw new Error(`docker-registry did not answer at ${url}`)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
