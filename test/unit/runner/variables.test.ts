import { expect, test } from 'vitest'
import type { JobVariable } from '../../../src/run/protocol.ts'
import { expandText, expandVariables, jobVariables } from '../../../src/runner/variables.ts'
import { jobPayload } from '../../support/job-payload.ts'

const variable = (key: string, value: string, more: Partial<JobVariable> = {}): JobVariable => ({
  key,
  value,
  public: true,
  file: false,
  masked: false,
  raw: false,
  ...more,
})
const values = (variables: readonly JobVariable[]) =>
  Object.fromEntries(variables.map(({ key, value }) => [key, value]))

test('references are expanded, in any order, and unknown ones are empty', () => {
  const given = [variable('A', '$B-${C}-$NOPE'), variable('B', 'b$C'), variable('C', 'c')]
  expect(values(expandVariables(given))).toEqual({ A: 'bc-c-', B: 'bc', C: 'c' })
})

test('a circle is empty where it closes, and $$ is a dollar', () => {
  expect(values(expandVariables([variable('A', 'a$B'), variable('B', 'b$A'), variable('C', '$$A')]))).toEqual({
    A: 'ab',
    B: 'ba',
    C: '$A',
  })
})

test('raw and file values are left as they are', () => {
  const given = [
    variable('A', '$B', { raw: true }),
    variable('F', '$B', { file: true }),
    variable('B', 'b'),
    variable('C', '$A'),
  ]
  expect(values(expandVariables(given))).toEqual({ A: '$B', F: '$B', B: 'b', C: '$B' })
})

test('the last of a name counts', () => {
  expect(values(expandVariables([variable('A', '1'), variable('A', '2')]))).toEqual({ A: '2' })
})

test('a text is expanded with them', () => {
  expect(expandText('k-$A/${B}', [variable('A', '1'), variable('B', '2')])).toBe('k-1/2')
})

test('the runner adds what only it knows; of places its word counts, else the server’s', () => {
  const payload = jobPayload({ id: 5, variables: { CI_PROJECT_DIR: '/wrong', CI_RUNNER_VERSION: 'server says' } })
  const found = values(
    jobVariables(payload, {
      buildsDirectory: '/builds',
      version: '1',
      architecture: 'linux/amd64',
      concurrentId: 3,
      concurrentProjectId: 3,
      startedAt: '2026-01-01T00:00:00Z',
      jobImage: 'busybox',
      serverAuthority: null,
    }),
  )
  expect(found).toMatchObject({
    CI_PROJECT_DIR: '/builds/my-group/my-project',
    CI_BUILDS_DIR: '/builds',
    CI_SERVER: 'yes',
    CI_DISPOSABLE_ENVIRONMENT: 'true',
    CI_JOB_IMAGE: 'busybox',
    CI_CONCURRENT_ID: '3',
    CI_RUNNER_VERSION: 'server says',
  })
})

test.each([
  ['$CI_BUILDS_DIR/$CI_CONCURRENT_ID/src/', '/builds/3/src'],
  ['/builds/../etc', '/builds/my-group/my-project'],
  ['/elsewhere', '/builds/my-group/my-project'],
])('GIT_CLONE_PATH %s puts the working copy at %s', (asked, expected) => {
  const facts = {
    buildsDirectory: '/builds',
    version: '1',
    architecture: 'linux/amd64',
    concurrentId: 3,
    concurrentProjectId: 3,
    startedAt: '2026-01-01T00:00:00Z',
    jobImage: 'busybox',
    serverAuthority: null,
  }
  const found = values(jobVariables(jobPayload({ id: 5, variables: { GIT_CLONE_PATH: asked } }), facts))
  expect(found.CI_PROJECT_DIR).toBe(expected)
})
