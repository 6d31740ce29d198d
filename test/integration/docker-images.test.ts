// docker:git and docker:dind as pipelines use them, whether they are the hub's or stand-ins: the runner relies on each of these.
import { randomBytes } from 'node:crypto'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testRun } from '../support/test-run.ts'

const name = `slipway-${testRun()}-${randomBytes(3).toString('hex')}`
const labels = ['--label', 'slipway=test', '--label', `slipway.runner=${name}`]

async function docker(...words: string[]): Promise<string> {
  return (await execa('docker', words)).stdout
}

/** Runs a shell script in docker:git beside the service `docker`. */
function runClient(network: string, options: readonly string[], script: string, input?: Buffer) {
  const words = ['run', '--rm', '-i', ...labels, '--network', network, ...options, 'docker:git', 'sh', '-ec', script]
  return execa('docker', words, { ...(input === undefined ? {} : { input }), reject: false })
}

/** The files of the busybox image, as a tar. */
async function exportBusybox(): Promise<Buffer> {
  const container = await docker('create', ...labels, 'busybox', 'sh')
  const { stdout } = await execa('docker', ['export', container], { encoding: 'buffer' })
  await docker('rm', container)
  return Buffer.from(stdout)
}

describe('docker:git', () => {
  it('has git, a shell and a Docker client', async () => {
    const versions = await docker(
      'run',
      '--rm',
      ...labels,
      'docker:git',
      'sh',
      '-c',
      'git --version && docker --version',
    )
    expect(versions).toMatch(/^git version .*\nDocker version /)
  })

  it('passes for docker itself where it is called with a flag or a subcommand', async () => {
    expect(await docker('run', '--rm', ...labels, 'docker:git', '--version')).toMatch(/^Docker version /)
    expect(await docker('run', '--rm', ...labels, 'docker:git', 'image', '--help')).toContain('docker image COMMAND')
  })

  it('looks for the service docker unless it is told otherwise', async () => {
    const ask = (...options: string[]) =>
      docker('run', '--rm', ...labels, ...options, 'docker:git', 'sh', '-c', 'echo $DOCKER_HOST')
    expect(await ask()).toBe('tcp://docker:2375')
    expect(await ask('-e', 'DOCKER_TLS_VERIFY=1')).toBe('tcp://docker:2376')
    expect(await ask('-e', 'DOCKER_HOST=tcp://other:1')).toBe('tcp://other:1')
  })
})

describe.each([
  { mode: 'over TLS', tls: true },
  { mode: 'plain', tls: false },
])('docker:dind $mode', { timeout: 180_000 }, ({ tls }) => {
  const set = `${name}-${tls ? 'tls' : 'plain'}`
  const options = ['-v', `${set}:/certs/client`, ...(tls ? [] : ['-e', 'DOCKER_TLS_CERTDIR='])]

  beforeAll(async () => {
    await docker('network', 'create', ...labels, set)
    await docker('volume', 'create', ...labels, set)
    // Without the last flag, dockerd waits 16 s before it listens without TLS.
    const flags = ['--insecure-registry', 'registry.example.com', ...(tls ? [] : ['--tls=false'])]
    const service = ['run', '-d', '--privileged', '--name', set, '--network', set, '--network-alias', 'docker']
    await docker(...service, ...labels, ...options, 'docker:dind', ...flags)
    const { exitCode } = await runClient(set, options, 'until docker version; do sleep 0.1; done >/dev/null 2>&1')
    expect(exitCode).toBe(0)
  }, 120_000)

  afterAll(async () => {
    await docker('rm', '--force', '--volumes', set)
    await docker('network', 'rm', set)
    await docker('volume', 'rm', set)
  }, 60_000)

  it('is reached by docker:git with no setting at all, and takes flags for its daemon', async () => {
    const script = `echo $DOCKER_HOST; docker info --format '{{json .RegistryConfig.IndexConfigs}}'`
    const { stdout } = await runClient(set, options, script)
    const [host, registries] = stdout.split('\n')
    expect(host).toBe(`tcp://docker:${tls ? 2376 : 2375}`)
    expect(JSON.parse(registries ?? '')).toMatchObject({ 'registry.example.com': { Secure: false } })
  })

  it('builds and runs', async () => {
    const script = `
      mkdir /context && cd /context && cat >files.tar
      printf 'FROM scratch\\nADD files.tar /\\nRUN ["sh", "-c", "echo built >/made"]\\n' >Dockerfile
      docker build -t built . >&2
      docker run --rm built cat /made
    `
    const { stdout, stderr } = await runClient(set, options, script, await exportBusybox())
    expect(stdout, stderr).toBe('built')
  })
})
