// S10: there are no forks here, so the stranger's commit is one on a branch that is not protected, also as a merge request into
// one that is: no protected variable, no protected runner, no trusted caches; and who runs it is who pushed, whoever the
// commit says that its author is.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JobPayload } from '../../src/run/protocol.ts'
import { openRunWorld, type PushOptions, type RunWorld } from '../support/run/run-world.ts'

const variables = {
  levels: async ({ isProtected }: { readonly isProtected: boolean }) => ({
    instance: [],
    groups: [],
    project: isProtected ? [{ key: 'DEPLOY_KEY', value: 'hush', masked: true }] : [],
  }),
}
const request = { branch: 'feature', pushOptions: ['merge_request.create', 'ci.skip'] }

let world: RunWorld
beforeEach(async () => {
  world = await openRunWorld({ deps: { variables } })
  await world.push(null) // main, which is protected, is there
})
afterEach(() => world.close())

async function jobOf(
  yaml: string,
  options: PushOptions,
): Promise<{ readonly job: JobPayload; readonly onProtected: boolean }> {
  await world.push(yaml, options)
  await world.coordinator.close()
  const protectedOnly = await world.claim(await world.runner({ isProtectedOnly: true }))
  const job = protectedOnly ?? (await world.claim(await world.runner()))
  if (job === null) throw new Error('there is no job')
  return { job, onProtected: protectedOnly !== null }
}

const variableOf = ({ variables: all }: JobPayload, wanted: string) => all.find(({ key }) => key === wanted)?.value
const oneJob = 'a: { script: [x], rules: [{ if: $CI_PIPELINE_SOURCE }] }'

describe('a job', () => {
  test.each<[string, string, PushOptions]>([
    ['of a branch', oneJob, { branch: 'feature' }],
    ['of a merge request into a protected branch', oneJob, request],
    [
      'of a branch that says it is protected',
      `variables: { CI_COMMIT_REF_PROTECTED: "true" }\n${oneJob}`,
      { branch: 'x' },
    ],
    ['of a tag', oneJob, { tag: 'v1' }],
  ])('%s has nothing that is protected', async (_, yaml, options) => {
    const { job, onProtected } = await jobOf(yaml, options)
    expect([onProtected, job.slipway.trust_class, job.git_info.protected]).toEqual([false, 'branch', false])
    expect(variableOf(job, 'DEPLOY_KEY')).toBeUndefined()
  })

  test('of a child pipeline is as trusted as its parent', async () => {
    world.repository.files.set('1 child.yml', oneJob)
    const bridge = 'bridge: { trigger: { include: child.yml } }'
    const { job, onProtected } = await jobOf(bridge, { branch: 'feature' })
    expect([job.job_info.name, onProtected, variableOf(job, 'DEPLOY_KEY')]).toEqual(['a', false, undefined])
  })

  test('of a protected branch has all of it', async () => {
    const { job, onProtected } = await jobOf(oneJob, { branch: 'main' })
    expect([onProtected, job.slipway.trust_class, variableOf(job, 'DEPLOY_KEY')]).toEqual([true, 'protected', 'hush'])
  })

  test('runs for who pushed it, not for whom the commit names', async () => {
    const { job } = await jobOf(oneJob, { branch: 'feature' })
    expect(variableOf(job, 'CI_COMMIT_AUTHOR')).toBe('A <a@example.com>')
    expect([variableOf(job, 'GITLAB_USER_LOGIN'), variableOf(job, 'GITLAB_USER_EMAIL')]).toEqual([
      'user-7',
      'user-7@example.com',
    ])
  })
})
