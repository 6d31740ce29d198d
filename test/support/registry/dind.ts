// A docker:dind of a test, which finds the registry of the test as `registry.test`: through the gateway of the engine's
// bridge, as jobs find a server that listens on loopback.
import { execa } from 'execa'
import { type Forwarding, forwardToServer } from '../../../src/executor/docker/forwarder.ts'
import { waitUntil } from '../wait-until.ts'

export type Dind = {
  /** Runs a line of shell in it; resolves with the exit code and all output. */
  readonly run: (line: string) => Promise<{ readonly exitCode: number; readonly output: string }>
  readonly write: (folder: string, target: string) => Promise<void>
  readonly stop: () => Promise<void>
}

export type DindOptions = {
  readonly image: string
  readonly registryPort: number
  readonly target: { readonly host: string; readonly port: number }
  /** Docker 29's way of keeping images, which pushes attestations and build caches. */
  readonly withContainerd: boolean
}

const readyWithinMs = 60_000

export async function startDind({ image, registryPort, target, withContainerd }: DindOptions): Promise<Dind> {
  const gateway = await bridgeGateway()
  const problems: Error[] = []
  const forwarding = await forwardToServer({
    address: gateway,
    ports: [registryPort],
    target,
    onProblem: (_port, error) => problems.push(error),
  })
  if (problems[0] !== undefined) throw problems[0]
  const name = `slipway-test-dind-${registryPort}`
  const flags = [`registry.test:${registryPort}`, `http://registry.test:${registryPort}`]
    .map(host => `--insecure-registry=${host}`)
    .join(' ')
  const settings = JSON.stringify({ features: { 'containerd-snapshotter': withContainerd } })
  const start = `mkdir -p /etc/docker && echo '${settings}' > /etc/docker/daemon.json && exec dockerd-entrypoint.sh ${flags}`
  const world = ['--privileged', '--label', 'slipway.test', '--add-host', `registry.test:${gateway}`]
  const run: Dind['run'] = async line => {
    const { exitCode, all } = await execa('docker', ['exec', name, 'sh', '-c', line], { reject: false, all: true })
    return { exitCode: exitCode ?? -1, output: all }
  }
  const stop = () => end(name, forwarding)
  try {
    const words = ['run', '--detach', '--name', name, ...world, '--env', 'DOCKER_TLS_CERTDIR=', '--entrypoint', 'sh']
    await execa('docker', [...words, image, '-c', start])
    await waitUntil(async () => (await run('docker version')).exitCode === 0, 'Docker in a container', readyWithinMs)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    run,
    stop,
    write: async (folder, way) => void (await execa('docker', ['cp', '--quiet', folder, `${name}:${way}`])),
  }
}

async function end(name: string, forwarding: Forwarding): Promise<void> {
  await execa('docker', ['rm', '--force', '--volumes', name])
  await forwarding.close()
}

async function bridgeGateway(): Promise<string> {
  const format = '{{(index .IPAM.Config 0).Gateway}}'
  return (await execa('docker', ['network', 'inspect', 'bridge', '--format', format])).stdout
}
