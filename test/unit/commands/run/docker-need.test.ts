import { describe, expect, it } from 'vitest'
import { asksForDocker, mayListenOn80, needsRegistry } from '../../../../src/commands/run/docker-need.ts'
import { planOf } from '../../../support/run/compiled.ts'

describe('what the jobs of a run ask for', () => {
  it.each([
    { job: '{ image: busybox }', docker: false, registry: false },
    { job: '{ image: busybox, services: [redis] }', docker: false, registry: false },
    { job: "{ image: 'docker:git', services: ['docker:dind'] }", docker: true, registry: true },
    { job: '{ image: registry.example.com/my-group/my-project/tool }', docker: false, registry: true },
    { job: '{ image: $CI_REGISTRY_IMAGE/tool }', docker: false, registry: true },
    { job: '{ image: registry.example.org/tool }', docker: false, registry: false },
  ])('$job', async ({ job, docker, registry }) => {
    const { jobs } = await planOf(`test: ${job.replace('{', "{ script: [':'],")}`)
    expect(jobs.some(asksForDocker)).toBe(docker)
    expect(needsRegistry(jobs, 'registry.example.com')).toBe(registry)
  })

  it.each([
    { userId: 0, firstFreePort: 1024, may: true },
    { userId: 1000, firstFreePort: 1024, may: false },
    { userId: 1000, firstFreePort: 80, may: true },
    { userId: null, firstFreePort: 1024, may: false },
  ])('port 80 with user $userId and free ports from $firstFreePort on: $may', ({ may, ...facts }) => {
    expect(mayListenOn80(facts)).toBe(may)
  })
})
