import { describe, expect, it } from 'vitest'
import { holds } from '../../../src/pipeline/condition/evaluate.ts'
import { parseExpression } from '../../../src/pipeline/condition/expression.ts'
import { createGlob } from '../../../src/pipeline/condition/glob.ts'
import { compileRegex } from '../../../src/pipeline/condition/regex.ts'
import type { ContextOverrides } from '../../../src/pipeline/context-defaults.ts'
import { compileText, jobOf, messagesOf, namesOf, planOf } from '../../support/pipeline.ts'

const values: Readonly<Record<string, string>> = {
  P: 'yes',
  EMPTY: '',
  T: 'true',
  B: 'feature/x',
  RX: '/^feat/i',
  ONE: '1',
}

function evaluates(text: string): boolean | null {
  const expression = parseExpression(text)
  return expression && holds(expression, name => values[name] ?? null)
}

describe('an expression', () => {
  it.each([
    ['$P', true],
    ['$P && $EMPTY', false],
    ['$EMPTY && $P', true],
    ['$EMPTY || $P', false],
    ['$U || $P', true],
    ['$U && $P', false],
    ['$U == null', true],
    ['$T == true', true],
    ['true', true],
    ['false || $P', true],
    ['!$P == "x"', false],
    ['!($P == "x")', true],
    ['!$U', true],
    ['$P == "no" || $P == "yes" && $U', false],
    ['($P == "no" || $P == "yes") && $P', true],
    ['$P == "no" ||\n $P == "yes"', true],
    ["$P == 'yes'", true],
    ['$B =~ /^feature\\/.+$/', true],
    ['$B =~ /FEATURE/', false],
    ['$B =~ /FEATURE/i', true],
    ['$B =~ $RX', true],
    ['$B !~ /main/', true],
    ['$U =~ /aa/', false],
    ['"abc" == $U', false],
    ['$P != "yes"', false],
    ['$ONE == "1"', true],
  ])('%s is %s', (text, expected) => {
    expect(evaluates(text)).toBe(expected)
  })

  it.each([
    '',
    ' ',
    '${P}',
    '%P%',
    '$P == 1',
    '$P and $T',
    '$P = "x"',
    '$P == "x',
    '($P',
    '$P)',
    '$P ==',
    '== $P',
    '$P $T',
    '$P =~ /a/',
    '$P =~ /(?=a)b/',
    '$P + "x"',
    '!',
  ])('%j is none', text => {
    expect(parseExpression(text)).toBeNull()
  })

  it('has at most a hundred tokens', () => {
    const long = (operands: number) => Array.from({ length: operands }, () => '$A').join(' || ')
    expect(parseExpression(long(50))).not.toBeNull()
    expect(parseExpression(long(51))).toBeNull()
  })
})

describe('a regex', () => {
  it.each([
    ['/^main$/', 'main', true],
    ['/^main$/', 'maintenance', false],
    ['/main/', 'a-main-b', true],
    ['/^rel/', 'release', true],
    ['/ease$/', 'release', true],
    ['/v1\\.2/', 'v1.2', true],
    ['/v1\\.2/', 'v112', false],
    ['/v1.2/', 'v112', true],
    ['/^A/i', 'abc', true],
    ['/^b/m', 'a\nb', true],
    ['/^b/', 'a\nb', false],
    ['/a.b/s', 'a\nb', true],
  ])('%s on %j is %s', (pattern, text, expected) => {
    expect(compileRegex(pattern)?.matches(text)).toBe(expected)
  })

  it('is refused when RE2 does not take it, or the flags are others', () => {
    expect(compileRegex('/(?!a)b/')).toBeNull()
    expect(compileRegex('/(a)\\1/')).toBeNull()
    expect(compileRegex('/a/x')).toBeNull()
    expect(compileRegex('text')).toBeNull()
  })
})

describe('a glob', () => {
  it.each([
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['src/**/test/*.js', 'src/test/a.js', true],
    ['src/**/test/*.js', 'src/x/y/test/a.js', true],
    ['src/**/test/*.js', 'src/x/a.js', false],
    ['/a.md', 'a.md', false],
    ['[^a].md', 'b.md', true],
    ['[a-c].md', 'b.md', true],
    ['[!a-c].md', 'b.md', false],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['**', 'a', true],
    ['{a,b/{c,d}}.md', 'b/d.md', true],
    ['{a,b', '{a,b', true],
    ['a**b', 'axxb', true],
    ['日*', '日本', true],
    ['*a*b*c', 'xxaxxbxxc', true],
    ['*a*b*c', 'xxaxxcxxb', false],
  ])('%s on %s is %s', (pattern, path, expected) => {
    expect(createGlob(pattern).matches(path)).toBe(expected)
  })
})

const onMain: ContextOverrides = { ref: 'main', project: { path: 'group/proj', defaultBranch: 'main' } }

describe('only and except', () => {
  it.each([
    ['only: [branches]', {}, true],
    ['only: [tags]', {}, false],
    ['only: [tags]', { isTag: true }, true],
    ['only: [main]', {}, true],
    ['only: [mai]', {}, false],
    ['only: [/^ma/]', {}, true],
    ['only: ["main@group/proj"]', {}, true],
    ['only: ["main@Group/proj"]', {}, false],
    ['only: ["branches@other/proj"]', {}, false],
    ['only: ["a@b@group/proj"]', { ref: 'a@b' }, false],
    ['only: [push]', {}, true],
    ['only: [pushes]', {}, true],
    ['only: []', {}, false],
    ['only: null', {}, true],
    ['except: [main]', {}, false],
    ['except: [tags]', {}, true],
    ['except: []', {}, true],
    ['only: [main], except: [pushes]', {}, false],
    ['only: {refs: [main], variables: [$A, $B]}', { variables: { project: [{ key: 'B', value: '1' }] } }, true],
    ['only: {refs: [main], variables: [$A, $B]}', {}, false],
    ['only: {changes: [src/*]}', { changedPaths: ['src/a'] }, true],
    ['only: {changes: [src/*]}', { changedPaths: ['doc/a'] }, false],
    ['only: {changes: [src/*]}', {}, true],
    ['except: {changes: [src/*]}', {}, false],
    ['only: {kubernetes: active}', {}, false],
    ['except: {refs: [tags], variables: [$A], kubernetes: active}', {}, true],
    ['except: {variables: [$CI_COMMIT_BRANCH]}', {}, false],
    ['rules: [{if: $CI_COMMIT_BRANCH, interruptible: true}]', {}, true],
    ['only: [merge_requests]', { source: 'merge_request_event' }, true],
    ['only: [parent_pipelines]', { source: 'parent_pipeline' }, true],
    ['only: [external_pull_requests]', { source: 'external_pull_request_event' }, true],
  ] satisfies [string, ContextOverrides, boolean][])('%s with %j: %s', async (keys, overrides, expected) => {
    expect((await namesOf(`x: {script: a, ${keys}}`, { ...onMain, ...overrides })).length > 0).toBe(expected)
  })

  it('fall away with `rules: null`, and for all jobs with workflow:rules', async () => {
    const ofMergeRequest: ContextOverrides = { ...onMain, source: 'merge_request_event' }
    expect(await namesOf('x: {script: a, rules: null}', ofMergeRequest)).toEqual(['x'])
    expect(await namesOf('workflow: {rules: [{if: $CI_MERGE_REQUEST_IID}]}\nx: {script: a}', ofMergeRequest)).toEqual([
      'x',
    ])
  })
})

describe('rules', () => {
  it('leave a job out when none matches, and say which were looked at', async () => {
    const text = 'x: {script: a, rules: [{if: $CI_COMMIT_TAG}, {if: $A == "1", changes: [src/*]}]}\ny: {script: a}'
    const plan = await planOf(text, { ...onMain, changedPaths: [], variables: { project: [{ key: 'A', value: '1' }] } })
    expect(plan.leftOut).toEqual([
      {
        name: 'x',
        reason:
          'rules: none matched (rule 1: $CI_COMMIT_TAG (CI_COMMIT_TAG is not set); rule 2: changes: src/* (nothing changed))',
      },
    ])
    expect(plan.explanations[0]).toMatchObject({
      job: 'x',
      included: false,
      decidedBy: 'rules',
      rule: null,
      clauses: [
        { rule: 1, clause: 'if', text: '$CI_COMMIT_TAG', matched: false, values: { CI_COMMIT_TAG: null } },
        { rule: 2, clause: 'if', matched: true, values: { A: '1' } },
        { rule: 2, clause: 'changes', matched: false, note: 'nothing changed' },
      ],
    })
  })

  it('look no further than the first clause that fails', async () => {
    const text = 'x: {script: a, rules: [{if: $CI_COMMIT_TAG, changes: [src/*], exists: [a]}]}\ny: {script: a}'
    expect((await planOf(text, onMain)).explanations[0]?.clauses.map(clause => clause.clause)).toEqual(['if'])
  })

  it('explain what let a job in', async () => {
    const plan = await planOf('x: {script: a, rules: [{if: $CI_COMMIT_BRANCH == "main"}]}', onMain)
    expect(plan.explanations[0]).toMatchObject({
      included: true,
      rule: 1,
      reason: 'rule 1: $CI_COMMIT_BRANCH == "main" (CI_COMMIT_BRANCH is "main")',
    })
  })

  it('strike masked values out of explanations', async () => {
    const variables = { project: [{ key: 'SECRET', value: 'hunter2hunter2', masked: true }] }
    const plan = await planOf(
      'x: {script: a, variables: {V: "$SECRET"}, rules: [{if: $SECRET == "no"}, {if: $SECRET}]}',
      { variables },
    )
    expect(JSON.stringify(plan)).not.toContain('hunter2')
    const hidden = await planOf('x: {script: a, rules: [{if: $P}]}', {
      hidesVariableValues: true,
      variables: { project: [{ key: 'P', value: 'only-for-maintainers' }] },
    })
    expect(JSON.stringify(hidden)).not.toContain('only-for-maintainers')
  })

  it('set when, start_in, allow_failure, variables and interruptible', async () => {
    const rule =
      '{if: $CI_COMMIT_BRANCH, when: delayed, start_in: 10 minutes, allow_failure: true, variables: {V: rule}, interruptible: true}'
    const job = await jobOf(
      `x: {script: a, variables: {V: job}, allow_failure: {exit_codes: 3}, rules: [${rule}]}`,
      'x',
      onMain,
    )
    expect(job).toMatchObject({
      when: 'delayed',
      startInSeconds: 600,
      allowFailure: true,
      allowFailureExitCodes: null,
      variables: { V: 'rule' },
      interruptible: true,
    })
  })

  it('treat an unknown diff as changed, and compare with another ref when asked', async () => {
    const text = 'x: {script: a, rules: [{changes: {paths: [src/*], compare_to: $BASE}}]}'
    const variables = { project: [{ key: 'BASE', value: 'stable' }] }
    const changedSince = async (ref: string) => (ref === 'stable' ? ['src/a'] : null)
    expect(await compileText(text, { ...onMain, variables }, { changedSince })).toMatchObject({ created: true })
    expect((await messagesOf(text, onMain, { changedSince }))[0]).toBe(
      'Failed to parse rule for x: rules:changes:compare_to is not a valid ref',
    )
    const nothingKnown = { changedSince: async () => 'unknown' as const }
    expect(await compileText(text, { ...onMain, changedPaths: [] }, nothingKnown)).toMatchObject({ created: true })
  })

  it('look for files that exist', async () => {
    const files = { listFiles: async () => ['Dockerfile', 'docs/a.md', 'src/x/main.go'] }
    const isIn = async (pattern: string) =>
      (await compileText(`x: {script: a, rules: [{exists: ${pattern}}]}`, onMain, files)).valid &&
      (await planOf(`z: {script: a}\nx: {script: a, rules: [{exists: ${pattern}}]}`, onMain, files)).jobs.some(
        job => job.name === 'x',
      )
    expect(await isIn('[Dockerfile]')).toBe(true)
    expect(await isIn('Dockerfile')).toBe(true)
    expect(await isIn('[docs/]')).toBe(true)
    expect(await isIn('["**/*.go"]')).toBe(true)
    expect(await isIn('["*.go"]')).toBe(false)
    expect(await isIn('[]')).toBe(false)
    expect(await isIn('{paths: [Dockerfile]}')).toBe(true)
  })

  it('ask for the files of a commit once, however many jobs want them', async () => {
    let asked = 0
    const listFiles = async () => {
      asked++
      return ['a']
    }
    const jobs = Array.from({ length: 20 }, (_, at) => `x${at}: {script: a, rules: [{exists: [a]}]}\n`).join('')
    expect((await planOf(jobs, onMain, { listFiles })).jobs).toHaveLength(20)
    expect(asked).toBe(1)
  })

  it('look into other projects', async () => {
    const files = {
      listFiles: async ({ project }: { project: string }) => (project === 'g/other' ? ['only-there'] : []),
      resolveRef: async ({ project }: { project: string }) => (project === 'g/other' ? 'b'.repeat(40) : null),
    }
    const text = 'x: {script: a, rules: [{exists: {paths: [only-there], project: g/other, ref: main}}]}'
    expect(await compileText(text, onMain, files)).toMatchObject({ created: true })
    expect((await messagesOf(text.replace('g/other', 'g/no'), onMain, files))[0]).toContain(
      'Failed to parse rule for x',
    )
  })

  it('count as matched when there is too much to compare', async () => {
    const changedPaths = Array.from({ length: 30_000 }, (_, at) => `f${at}`)
    expect(await namesOf('x: {script: a, rules: [{changes: [nope, neither]}]}', { ...onMain, changedPaths })).toEqual([
      'x',
    ])
  })
})

describe('workflow', () => {
  it('decides whether there is a pipeline at all', async () => {
    const text =
      'workflow: {rules: [{if: $CI_COMMIT_TAG}, {if: $CI_COMMIT_BRANCH == "wip", when: never}, {if: $CI_COMMIT_BRANCH == "main"}]}\nx: {script: a}'
    expect(await namesOf(text, onMain)).toEqual(['x'])
    expect(await compileText(text, { ...onMain, ref: 'wip' })).toMatchObject({ created: false, reason: 'workflow' })
    expect(await compileText(text, { ...onMain, ref: 'other' })).toMatchObject({
      created: false,
      message: 'Pipeline filtered out by workflow rules.',
      explanations: [{ job: 'workflow', included: false }],
    })
  })

  it('names the pipeline and says what a new commit or a failure cancels', async () => {
    const text =
      'workflow: {name: "for $CI_COMMIT_BRANCH $V", auto_cancel: {on_new_commit: interruptible, on_job_failure: all}, rules: [{if: $CI_COMMIT_BRANCH, variables: {V: v}}]}\nx: {script: a}'
    expect(await planOf(text, onMain)).toMatchObject({
      name: 'for main v',
      autoCancel: { onNewCommit: 'interruptible', onJobFailure: 'all' },
    })
    const byRule =
      'workflow: {name: " $NO ", rules: [{if: $CI_COMMIT_BRANCH, auto_cancel: {on_new_commit: none}}]}\nx: {script: a}'
    expect(await planOf(byRule, onMain)).toMatchObject({
      name: null,
      autoCancel: { onNewCommit: 'none', onJobFailure: 'none' },
    })
  })

  it('cannot see variables of jobs, and its own are seen by jobs', async () => {
    expect(await compileText('workflow: {rules: [{if: $CI_JOB_NAME}]}\nx: {script: a}', onMain)).toMatchObject({
      reason: 'workflow',
    })
    const text =
      'workflow: {rules: [{if: $R == "1", variables: {W: w}}]}\nvariables: {R: 1}\nx: {script: a, rules: [{if: $W == "w"}]}'
    expect(await namesOf(text, onMain)).toEqual(['x'])
  })
})

describe('skipping', () => {
  it.each(['[ci skip]', '[CI SKIP]', '[skip ci]', '[ci-skip]', '[skip_ci]'])(
    '%s in the message makes no jobs, not even of a broken file',
    async mark => {
      expect(await compileText('x: [', { ...onMain, commit: { message: `fix\n\n${mark}` } })).toMatchObject({
        valid: true,
        created: false,
        reason: 'skip',
      })
    },
  )

  it('is not for web, API, triggers, schedules and downstream pipelines', async () => {
    for (const source of ['web', 'api', 'trigger', 'schedule', 'pipeline', 'parent_pipeline'] as const)
      expect(
        await compileText('x: {script: a}', { ...onMain, source, commit: { message: '[ci skip]' } }),
      ).toMatchObject({ created: true })
  })

  it('by push option leaves merge request pipelines alone', async () => {
    expect(await compileText('x: {script: a}', { ...onMain, isSkipAsked: true })).toMatchObject({ reason: 'skip' })
    const text = 'x: {script: a, only: [merge_requests]}'
    expect(await compileText(text, { ...onMain, source: 'merge_request_event', isSkipAsked: true })).toMatchObject({
      created: true,
    })
  })
})
