// What a project's settings of CI/CD change about its pipelines.
import { expect, it } from 'vitest'
import type { CiSettings } from '../../../src/access/ci-settings.ts'
import { openRunWorld, type RunWorld, requestFor, userId } from '../../support/run/run-world.ts'

async function withSettings(ci: CiSettings, test: (world: RunWorld) => Promise<void>): Promise<void> {
  const { directory, close } = await openRunWorld()
  await close()
  const project: typeof directory.project = async key => {
    const found = await directory.project(key)
    return found === null ? null : { ...found, project: { ...found.project, ci } }
  }
  const world = await openRunWorld({ deps: { directory: { ...directory, project } } })
  try {
    await test(world)
  } finally {
    await world.close()
  }
}

it('another timeout holds for jobs that name none', () =>
  withSettings({ timeoutSeconds: 900 }, async world => {
    await world.push('a: { script: [x] }\nb: { script: [x], timeout: 5 minutes }')
    const runner = await world.runner()
    const timeouts = [await world.claim(runner), await world.claim(runner)].map(job => job?.runner_info.timeout)
    expect(timeouts.toSorted()).toEqual([300, 900])
  }))

it('another file is named where it is missing, and told to jobs', () =>
  withSettings({ configPath: 'ci/main.yml' }, async world => {
    await world.push('a: { script: [x] }')
    const job = await world.claim(await world.runner())
    expect(job?.variables.find(each => each.key === 'CI_CONFIG_PATH')?.value).toBe('ci/main.yml')
    await world.push(null, { branch: 'empty' })
    expect(
      await world.coordinator.createPipeline(requestFor({ ref: { kind: 'branch', name: 'empty' } })),
    ).toMatchObject({
      reason: 'no_file',
      message: 'there is no ci/main.yml at empty',
    })
  }))

it('older pipelines of a branch go on where redundant ones are not canceled', () =>
  withSettings({ cancelsRedundant: false }, async world => {
    await world.push('a: { script: [x], interruptible: true }')
    const { id } = await world.latest()
    await world.push('a: { script: [x], interruptible: true }')
    await world.coordinator.close()
    expect((await world.reader.pipeline(id))?.status).toBe('pending')
  }))

it('variables are refused from whoever has a lower role than the project asks for', () =>
  withSettings({ variablesRole: 'maintainer' }, async world => {
    await world.push('a: { script: [x] }')
    const variables = [{ key: 'A', value: '1', type: 'env_var', raw: false }] as const
    expect(await world.coordinator.createPipeline(requestFor({ variables, userId }))).toMatchObject({
      kind: 'none',
      message: 'Insufficient permissions to set pipeline variables',
    })
    expect((await world.coordinator.createPipeline(requestFor({ userId }))).kind).toBe('created')
    expect(await world.push('a: { script: [x] }', { pushOptions: ['ci.variable=A=1'] })).toEqual([
      'No pipeline for main: Insufficient permissions to set pipeline variables',
    ])
  }))
