import { expect, test } from 'vitest'
import { decideOutcome, type JobStory } from '../../../src/runner/outcome.ts'

const good = { exitCode: 0, oomKilled: false, engineLost: false }
const story = (changes: Partial<JobStory>): JobStory => ({
  stop: null,
  script: good,
  problem: null,
  upload: null,
  ...changes,
})
const failed = (failureReason: string, failureDetail: string | null, exitCode: number | null) =>
  expect.objectContaining({ status: 'failed', failureReason, failureDetail, exitCode })

test.each<[string, JobStory, unknown]>([
  ['a good script', story({}), { status: 'success' }],
  ['exit code 7', story({ script: { ...good, exitCode: 7 } }), failed('script_failure', null, 7)],
  [
    'too much memory',
    story({ script: { ...good, exitCode: 137, oomKilled: true } }),
    failed('script_failure', 'oom_killed', 137),
  ],
  [
    'the engine gone',
    story({ script: { ...good, exitCode: 137, engineLost: true } }),
    failed('runner_system_failure', 'engine_unreachable', null),
  ],
  ['a cancel', story({ stop: { kind: 'canceled' }, script: { ...good, exitCode: 1 } }), { status: 'canceled' }],
  [
    'a timeout',
    story({ stop: { kind: 'timed_out', timeoutSeconds: 3600 } }),
    failed('job_execution_timeout', null, null),
  ],
  [
    'no room for the log',
    story({ stop: { kind: 'disk_full' }, script: { ...good, exitCode: 137 } }),
    failed('runner_system_failure', 'disk_full', null),
  ],
  [
    'an image that is nowhere',
    story({ script: null, problem: { code: 'image_not_found', message: 'x' } }),
    failed('runner_system_failure', 'image_not_found', null),
  ],
  [
    'what the runner forbids',
    story({ script: null, problem: { code: 'policy_denied', message: 'x' } }),
    failed('runner_unsupported', 'policy_denied', null),
  ],
  [
    'git that failed',
    story({ script: null, problem: { code: 'sources_failed', message: 'x' } }),
    failed('script_failure', null, 1),
  ],
  [
    'artifacts of others that are gone',
    story({ script: null, problem: { code: 'artifacts_missing', message: 'x' } }),
    failed('missing_dependency_failure', null, null),
  ],
  [
    'a mistake of the runner',
    story({ script: null, problem: { code: 'mistake', message: 'x' } }),
    failed('runner_system_failure', null, null),
  ],
  ['no script', story({ script: null }), failed('runner_system_failure', null, null)],
  [
    'artifacts refused after a good script',
    story({ upload: { message: 'x', tooLarge: true } }),
    failed('script_failure', 'artifacts_too_large', null),
  ],
  [
    'artifacts refused after a bad script',
    story({ script: { ...good, exitCode: 3 }, upload: { message: 'x', tooLarge: false } }),
    failed('script_failure', null, 3),
  ],
])('%s', (_name, given, outcome) => {
  expect(decideOutcome(given)).toEqual(outcome)
})

test.each([
  [3, '3s'],
  [60, '1m0s'],
  [3600, '1h0m0s'],
  [5400, '1h30m0s'],
])('a timeout of %i seconds is told as GitLab tells it', (timeoutSeconds, text) => {
  const outcome = decideOutcome(story({ stop: { kind: 'timed_out', timeoutSeconds } }))
  expect(outcome).toMatchObject({ message: `execution took longer than ${text} seconds` })
})
