import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readRunnerConfig } from '../../../src/runner/config.ts'
import { createTemporaryFolder } from '../../support/temporary.ts'

const around = { token: 'glrt-secret', hostName: 'host', defaultDataFolder: '/data' }
const server = 'https://ci.example.com'

test('little is needed, the rest has defaults', () => {
  expect(readRunnerConfig({ server }, around)).toMatchObject({
    server,
    name: 'host',
    dataFolder: '/data',
    concurrency: 4,
    image: 'busybox:latest',
    docker: {
      policy: { privileged: { services: [], refs: 'protected' } },
      jobLimits: { pids: 4096, capDrop: ['NET_RAW'] },
    },
  })
})

test('all mistakes are told at once, with place, what was expected and what was found', () => {
  const wrong = {
    server: 'ftp://x',
    concurrency: 0,
    concurency: 2,
    log: { head: 'much' },
    docker: { privileged: { refs: 'some' }, limits: { memory: '-1', pids: 1.5 }, allowedImages: 'all' },
  }
  const told = (() => {
    try {
      readRunnerConfig(wrong as never, around)
      return ''
    } catch (error) {
      return (error as Error).message
    }
  })()
  for (const part of [
    'server: expected an http:// or https:// address, found "ftp://x"',
    'concurrency: expected a whole number from 1 on, found 0',
    'concurency: is no key',
    'log.head: expected a size like 20GB, found "much"',
    'docker.privileged.refs: expected one of all, protected, found "some"',
    'docker.limits.memory: expected a size',
    'docker.limits.pids: expected a whole number',
    'docker.allowedImages: expected a list of texts, found "all"',
  ])
    expect(told).toContain(part)
})

test('sizes are read in words', () => {
  const config = readRunnerConfig(
    { server, docker: { limits: { memory: '1.5GB' }, dind: { keepLayers: '20MiB' } } },
    around,
  )
  expect([config.docker.jobLimits.memoryBytes, config.docker.keepLayersBytes]).toEqual([
    1.5 * 1024 ** 3,
    20 * 1024 ** 2,
  ])
})

test('the token never prints', () => {
  const config = readRunnerConfig({ server }, around)
  expect(`${config.token} ${JSON.stringify(config)}`).not.toContain('glrt-secret')
  expect(config.token.reveal()).toBe('glrt-secret')
})

test('the command line goes before the file', () => {
  const config = readRunnerConfig({ server, concurrency: 2 }, { ...around, server: 'http://other', concurrency: 7 })
  expect([config.server, config.concurrency]).toEqual(['http://other', 7])
})

test('images may be pulled with what a Docker config.json of the host holds', async () => {
  const folder = await createTemporaryFolder('slipway-config')
  const authFile = join(folder.path, 'config.json')
  await writeFile(authFile, JSON.stringify({ auths: { 'registry.example.com': { auth: btoa('robot:secret') } } }))
  const around = { token: 't', hostName: 'h', defaultDataFolder: '/d' }
  const server = 'http://ci.example.com'
  expect(readRunnerConfig({ server, docker: { authFile } }, around).credentials).toEqual([
    { host: 'registry.example.com', username: 'robot', password: 'secret' },
  ])
  expect(() => readRunnerConfig({ server, docker: { authFile: '/no/where' } }, around)).toThrow('docker.authFile')
  await folder.remove()
})

test('an engine that cannot be reached in that way is refused with a way that works', () => {
  const around = { token: 't', hostName: 'h', defaultDataFolder: '/d', dockerHost: 'ssh://build@host' }
  expect(() => readRunnerConfig({ server: 'http://ci.example.com' }, around)).toThrow('forward its socket')
})

test('an address of the command line is checked like that of the file', () => {
  const around = { token: 't', hostName: 'h', defaultDataFolder: '/d', server: 'ci.example.com' }
  expect(() => readRunnerConfig({}, around)).toThrow("server: expected an http:// or https:// address, found 'ci.exa")
})
