import { describe, expect, it } from 'vitest'
import { parseDuration } from '../../../src/pipeline/duration.ts'
import { hostNamesOf } from '../../../src/pipeline/plan/image.ts'
import { jobOf, messagesOf, namesOf } from '../../support/pipeline.ts'

// What each keyword makes of a job. A new keyword starts with a row here.

const rows: readonly (readonly [keys: string, plan: object])[] = [
  ['image: alpine', { image: { name: 'alpine', entrypoint: null, pullPolicy: null } }],
  [
    'image: {name: a/b, entrypoint: [""], pull_policy: if-not-present, docker: {platform: linux/arm64, user: dave}}',
    { image: { name: 'a/b', entrypoint: [''], pullPolicy: ['if-not-present'], platform: 'linux/arm64', user: 'dave' } },
  ],
  [
    'services: [redis, {name: r.io/a/b:1, alias: "db, d2", command: [c], entrypoint: [e], variables: {A: 1}, pull_policy: [always, never]}]',
    {
      services: [
        { name: 'redis', alias: ['redis'], command: null },
        {
          name: 'r.io/a/b:1',
          alias: ['db', 'd2'],
          command: ['c'],
          entrypoint: ['e'],
          variables: { A: '1' },
          pullPolicy: ['always', 'never'],
        },
      ],
    },
  ],
  ['before_script: b, after_script: [c, [d]]', { beforeScript: ['b'], afterScript: ['c', 'd'] }],
  ['hooks: {pre_get_sources_script: [h]}', { hooks: { preGetSourcesScript: ['h'] } }],
  ['when: always', { when: 'always' }],
  ['when: manual', { when: 'manual', allowFailure: true }],
  ['when: manual, allow_failure: false', { when: 'manual', allowFailure: false }],
  ['when: manual, allow_failure: {exit_codes: 1}', { when: 'manual', allowFailure: false, allowFailureExitCodes: [1] }],
  ['when: delayed, start_in: 1 day', { when: 'delayed', startInSeconds: 86_400, allowFailure: false }],
  ['when: manual, manual_confirmation: sure?', { manualConfirmation: 'sure?' }],
  ['allow_failure: true', { allowFailure: true }],
  ['allow_failure: {exit_codes: [1, 137]}', { allowFailure: false, allowFailureExitCodes: [1, 137] }],
  ['retry: 2', { retry: { max: 2, when: ['always'], exitCodes: [] } }],
  [
    'retry: {max: 1, when: runner_system_failure}',
    { retry: { max: 1, when: ['runner_system_failure'], exitCodes: [] } },
  ],
  ['retry: {max: 1, exit_codes: 3}', { retry: { max: 1, when: [], exitCodes: [3] } }],
  ['timeout: 3 hours 30 minutes', { timeoutSeconds: 12_600 }],
  ['interruptible: true', { interruptible: true }],
  ['resource_group: prod-$CI_COMMIT_BRANCH', { resourceGroup: 'prod-master' }],
  ['tags: [docker, [big]]', { tags: ['docker', 'big'] }],
  ["coverage: '/\\d+%/'", { coverage: '/\\d+%/' }],
  [
    'environment: staging',
    { environment: { name: 'staging', slug: 'staging', action: 'start', deploymentTier: 'staging', onStop: null } },
  ],
  [
    'environment: {name: "review/$CI_COMMIT_BRANCH", url: "https://x", action: prepare, auto_stop_in: 1 week, deployment_tier: testing}',
    {
      environment: {
        name: 'review/master',
        url: 'https://x',
        action: 'prepare',
        autoStopIn: '1 week',
        deploymentTier: 'testing',
      },
    },
  ],
  [
    'artifacts: {name: n, paths: [a, b/], exclude: [c], untracked: true, when: always, expire_in: 1 week, expose_as: E x, access: developer}',
    {
      artifacts: {
        name: 'n',
        paths: ['a', 'b/'],
        exclude: ['c'],
        untracked: true,
        when: 'always',
        expireInSeconds: 604_800,
        exposeAs: 'E x',
        access: 'developer',
      },
    },
  ],
  [
    'artifacts: {paths: [a], expire_in: never, public: false}',
    { artifacts: { expireInSeconds: 'never', access: 'developer', name: 'artifacts' } },
  ],
  [
    'artifacts: {reports: {junit: [a.xml, b.xml], dotenv: c.env, coverage_report: {coverage_format: cobertura, path: d.xml}}}',
    {
      artifacts: {
        paths: [],
        reports: [
          { type: 'junit', paths: ['a.xml', 'b.xml'], format: null },
          { type: 'dotenv', paths: ['c.env'], format: null },
          { type: 'coverage_report', paths: ['d.xml'], format: 'cobertura' },
        ],
      },
    },
  ],
  [
    'artifacts: {reports: {accessibility: a, annotations: a, api_fuzzing: a, browser_performance: a, cluster_image_scanning: a, codequality: a, container_scanning: a, coverage_fuzzing: a, cyclonedx: a, dast: a, dependency_scanning: a}}',
    { artifacts: { reports: Array.from({ length: 11 }, () => ({ paths: ['a'] })) } },
  ],
  [
    'artifacts: {reports: {license_scanning: a, load_performance: a, lsif: a, metrics: a, performance: a, repository_xray: a, requirements: a, requirements_v2: a, sast: a, secret_detection: a, terraform: a}}',
    { artifacts: { reports: Array.from({ length: 11 }, () => ({ paths: ['a'] })) } },
  ],
  [
    'cache: {key: k, paths: [p], untracked: true, policy: pull, when: always, fallback_keys: [f], unprotect: true}',
    {
      cache: [
        {
          key: 'k',
          paths: ['p'],
          untracked: true,
          policy: 'pull',
          when: 'always',
          fallbackKeys: ['f'],
          unprotect: true,
        },
      ],
    },
  ],
  [
    'cache: [{key: {files: [a, b], prefix: p}}, {key: {files_commits: [c]}}]',
    {
      cache: [
        { key: { files: ['a', 'b'], prefix: 'p', by: 'content' } },
        { key: { files: ['c'], prefix: null, by: 'commit' } },
      ],
    },
  ],
  ['cache: {paths: [p], policy: $POLICY}', { cache: [{ key: 'default', policy: '$POLICY' }] }],
  [
    'release: {tag_name: v1, tag_message: m, name: n, description: d, ref: main, milestones: [x], released_at: "2024-01-01T00:00:00Z", assets: {links: [{name: l, url: u, filepath: /f, link_type: other}]}}',
    {
      release: {
        tagName: 'v1',
        tagMessage: 'm',
        name: 'n',
        description: 'd',
        ref: 'main',
        milestones: ['x'],
        releasedAt: '2024-01-01T00:00:00Z',
        links: [{ name: 'l', url: 'u', filepath: '/f', linkType: 'other' }],
      },
    },
  ],
  [
    'id_tokens: {T: {aud: "https://$CI_COMMIT_BRANCH"}, U: {aud: [a, b]}}',
    {
      idTokens: [
        { key: 'T', audiences: ['https://master'] },
        { key: 'U', audiences: ['a', 'b'] },
      ],
    },
  ],
  ['pages: true', { pages: { publish: 'public' }, artifacts: { paths: ['public'] } }],
  [
    'pages: {publish: dist, path_prefix: p, expire_in: 1 day}',
    { pages: { publish: 'dist', pathPrefix: 'p', expireIn: '1 day' }, artifacts: { paths: ['dist'] } },
  ],
  [
    'pages: true, publish: out, artifacts: {paths: [a]}',
    { pages: { publish: 'out' }, artifacts: { paths: ['a', 'out'] } },
  ],
  ['dependencies: []', { dependencies: [] }],
]

const bridges: readonly (readonly [keys: string, plan: object])[] = [
  [
    'trigger: g/$CI_COMMIT_BRANCH',
    {
      project: 'g/master',
      branch: null,
      include: null,
      strategy: null,
      forward: { yamlVariables: true, pipelineVariables: false },
    },
  ],
  [
    'trigger: {project: g/p, branch: b, strategy: depend, forward: {yaml_variables: false, pipeline_variables: true}}',
    { branch: 'b', strategy: 'depend', forward: { yamlVariables: false, pipelineVariables: true } },
  ],
  [
    'trigger: {include: child.yml, strategy: mirror, inputs: {a: 1}}',
    { project: null, include: [{ local: 'child.yml' }], strategy: 'mirror', inputs: { a: 1 } },
  ],
  [
    'trigger: {include: [{artifact: c.yml, job: gen}, {project: g/p, file: [a.yml]}]}',
    {
      include: [
        { artifact: 'c.yml', job: 'gen' },
        { project: 'g/p', file: ['a.yml'] },
      ],
    },
  ],
]

describe('a keyword', () => {
  it.each(rows)('%s', async (keys, plan) => {
    expect(await jobOf(`x: {script: a, ${keys}}`, 'x')).toMatchObject(plan)
  })

  it.each(bridges)('%s', async (keys, trigger) => {
    expect(await jobOf(`gen: {script: a}\nx: {${keys}}`, 'x')).toMatchObject({ trigger, script: [] })
  })

  it('pages makes of a job of that name what it is, unless it says no', async () => {
    expect(await jobOf('pages: {script: a}', 'pages')).toMatchObject({
      pages: { publish: 'public' },
      artifacts: { paths: ['public'] },
    })
    expect(await jobOf('pages: {script: a, pages: false}', 'pages')).toMatchObject({ pages: null, artifacts: null })
  })

  it('on_stop ties two jobs of one environment', async () => {
    const text =
      'x: {script: a, environment: {name: e, on_stop: y}}\ny: {script: a, when: manual, environment: {name: e, action: stop}}'
    expect((await jobOf(text, 'x')).environment?.onStop).toBe('y')
  })

  it('left alone is its default', async () => {
    expect(await jobOf('x: {script: a}', 'x', { defaultTimeoutSeconds: 60 })).toMatchObject({
      when: 'on_success',
      stage: 'test',
      image: null,
      services: [],
      needs: null,
      dependencies: null,
      tags: [],
      timeoutSeconds: 60,
      retry: { max: 0, when: ['always'], exitCodes: [] },
      interruptible: false,
      environment: null,
      artifacts: null,
      cache: [],
      source: { file: '.gitlab-ci.yml', line: 1 },
    })
  })
})

describe('a keyword that Slipway does not have', () => {
  it.each([
    ['secrets: {A: {vault: x}}', 'jobs:x:secrets is not supported by Slipway'],
    ['identity: google_cloud', 'jobs:x:identity is not supported by Slipway'],
    ['run: [{name: a, script: b}]', 'jobs:x config these keys cannot be used together: script, run'],
    ['inputs: {a: {default: b}}', 'jobs:x:inputs is not supported by Slipway'],
    ['dast_configuration: {site_profile: a}', 'jobs:x:dast_configuration is not supported by Slipway'],
    ['environment: {name: a, kubernetes: {namespace: b}}', 'jobs:x:environment:kubernetes is not supported by Slipway'],
  ])('is refused by name: %s', async (keys, message) => {
    expect((await messagesOf(`x: {script: a, ${keys}}`))[0]).toContain(message)
  })
})

describe('a mistake in a keyword', () => {
  it.each([
    ['script: []', "jobs:x:script config can't be blank"],
    [`script: ${'['.repeat(11)}a${']'.repeat(11)}`, 'a nested array of strings up to 10 levels deep'],
    [`before_script: ${'['.repeat(10)}a${']'.repeat(10)}`, ''],
    ['when: never', 'jobs:x when should be one of: on_success, on_failure, always, manual, delayed'],
    ['when: delayed', 'jobs:x start in should be a duration'],
    ['start_in: 1 day', 'jobs:x start in must be blank'],
    ['when: delayed, start_in: 2 weeks', 'jobs:x start in should not exceed the limit'],
    ['timeout: 0s', 'jobs:x:timeout config should be a duration'],
    ['only: {changes: [a], kubernetes: on}', "jobs:x:only kubernetes should be 'active'"],
    ['artifacts: {expose_as: a, paths: ["*.a"]}', "jobs:x:artifacts paths can't contain '*'"],
    [
      'artifacts: {reports: {coverage_report: {path: a}}}',
      "jobs:x:artifacts:reports:coverage_report coverage format can't be blank",
    ],
    ['release: {description: d}', 'jobs:x:release tag name should be a string'],
    [
      'release: {tag_name: v, description: d, released_at: soon}',
      'jobs:x:release released at must be a valid datetime',
    ],
    ['environment: {name: /a}', 'jobs:x:environment name can contain only letters'],
    ['environment: {name: a, deployment_tier: best}', 'jobs:x:environment deployment tier must be one of'],
    ['variables: {A-B: 1}', "jobs:x:variables config has an invalid name 'A-B'"],
    ['resource_group: ""', "jobs:x resource group can't be blank"],
    ['resource_group: "a*b"', 'jobs:x resource group can contain only letters'],
    ['image: {entrypoint: [a]}', 'jobs:x:image name should be a string'],
    ['parallel: true', 'jobs:x:parallel should be an integer or a hash'],
    ['cache: {key: {prefix: p}}', 'jobs:x:cache:key config missing required keys: files'],
    ['rules: []', "jobs:x:rules config can't be blank"],
    ['rules: [{if: $A, when: alwys}]', "jobs:x:rules:rule when unknown value: alwys (did you mean 'always'?)"],
    ['rules: [{exists: {project: p}}]', "jobs:x:rules:rule:exists paths can't be blank"],
    ['coverage: "/(?!a)/"', 'jobs:x:coverage config must be a regular expression with re2 syntax'],
    ['pages: true, publish: a', ''],
    ['pages: {publish: a}, publish: b', 'jobs:x publish cannot be used in the job and in pages: at once'],
  ])('%s', async (keys, message) => {
    const [first = ''] = await messagesOf(`x: {script: a, ${keys}}`.replace('script: a, script:', 'script:'))
    expect(first).toContain(message)
    expect(first === '').toBe(message === '')
  })

  it('fifty patterns are enough', async () => {
    const patterns = (count: number) =>
      `x: {script: a, rules: [{changes: [${Array.from({ length: count }, (_, at) => `f${at}`)}]}]}`
    expect(await namesOf(patterns(50))).toEqual(['x'])
    expect((await messagesOf(patterns(51)))[0]).toContain('has too many entries (maximum 50)')
  })

  it.each([
    ['trigger: {}', "jobs:x:trigger project can't be blank"],
    ['trigger: {include: [a.yml, b.yml, c.yml, d.yml]}', 'jobs:x:trigger:include config is too long (maximum is 3)'],
    ['trigger: {include: a.yml, branch: b}', 'jobs:x:trigger config contains unknown keys: branch'],
    ['trigger: g/p, allow_failure: {exit_codes: 1}', 'jobs:x allow failure should be a boolean value'],
    ['stage: test', 'jobs:x config should implement the script:, run:, or trigger: keyword'],
  ])('%s', async (keys, message) => {
    expect((await messagesOf(`x: {${keys}}`))[0]).toBe(message)
  })
})

describe('a duration', () => {
  it.each([
    ['90', 90],
    ['1h30m', 5400],
    ['3 mins 4 sec', 184],
    ['1 hour and 5 minutes', 3900],
    ['1:30:00', 5400],
    ['1.5h', 5400],
    ['2 weeks', 1_209_600],
    ['1 mo', 2_592_000],
    ['1 year', 31_557_600],
    ['1d, 2h', 93_600],
    ['1 MIN', 60],
    ['0', null],
    ['-1h', null],
    ['soon', null],
    ['1 fortnight', null],
    ['', null],
    ['h', null],
    ['never', null],
    ['1 constructor', null],
    ['1h'.repeat(200), null],
  ])('%j is %s', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds)
  })
})

describe('the host names of a service', () => {
  it.each([
    ['redis', ['redis']],
    ['docker:dind', ['docker']],
    ['tutum/wordpress:latest', ['tutum__wordpress', 'tutum-wordpress']],
    ['registry.example.com:5000/a/b/c@sha256:abc', ['a__b__c', 'a-b-c']],
    ['localhost/x', ['x']],
  ])('%s', (image, names) => {
    expect(hostNamesOf(image)).toEqual(names)
  })
})
