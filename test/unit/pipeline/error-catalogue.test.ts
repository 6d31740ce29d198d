import { describe, expect, it } from 'vitest'
import { compileText } from '../../support/pipeline.ts'

// One invalid snippet a row, with the beginning of the first message that GitLab gives for it.
const catalogue: readonly (readonly [snippet: string, message: string])[] = [
  ['x: {script: a, stage: [b]}', 'jobs:x:stage config should be a string'],
  ['x: {script: a, stages: [b]}', 'jobs:x config contains unknown keys: stages'],
  [
    'stages: build\nx: {script: a}',
    'stages config should be an array of strings or a nested array of strings up to 10 levels…',
  ],
  [
    'stages: [1]\nx: {script: a}',
    'stages config should be an array of strings or a nested array of strings up to 10 levels…',
  ],
  ['x: {script: 5}', 'jobs:x:script config should be a string or a nested array of strings up to 10 levels deep'],
  [
    'x: {script: a, before_script: {a: b}}',
    'jobs:x:before_script config should be a string or a nested array of strings up to 10 lev…',
  ],
  ['"": {script: a}', "jobs:job name can't be blank"],
  ['.x:\ny: {script: a}', "jobs:.x config can't be blank"],
  ['x: {script: a, image: [b]}', 'jobs:x:image config should be a hash or a string'],
  ['x: {script: a, image: {name: b, foo: c}}', 'jobs:x:image config contains unknown keys: foo'],
  ['x: {script: a, image: {name: b, entrypoint: c}}', 'jobs:x:image entrypoint should be an array of strings'],
  ['x: {script: a, image: {name: b, pull_policy: c}}', 'jobs:x:image:pull_policy config is not included in the list'],
  ['x: {script: a, services: b}', 'jobs:x:services config should be an array'],
  ['x: {script: a, services: [{alias: b}]}', 'jobs:x:services:service name should be a string'],
  ['x: {script: a, services: [{name: b, foo: c}]}', 'jobs:x:services:service config contains unknown keys: foo'],
  ['x: {script: a, variables: a}', 'jobs:x:variables config should be a hash'],
  ['x: {script: a, variables: {A: [b]}}', 'variable definition must be either a string or a hash'],
  ['x: {script: a, variables: {A: {foo: b}}}', 'jobs:x:variables:a config uses invalid data keys: foo'],
  ['x: {script: a, tags: b}', 'jobs:x:tags config should be an array of strings'],
  ['x: {script: a, when: sometimes}', 'jobs:x when should be one of: on_success, on_failure, always, manual, delayed'],
  ['x: {script: a, allow_failure: sure}', 'jobs:x allow failure should be a hash or a boolean value'],
  [
    'x: {script: a, allow_failure: {exit_codes: abc}}',
    'jobs:x:allow_failure exit codes should be an array of integers or an integer',
  ],
  ['x: {script: a, allow_failure: {foo: 1}}', 'jobs:x:allow_failure config contains unknown keys: foo'],
  ['x: {script: a, only: main}', 'jobs:x:only has to be either an array of conditions or a hash'],
  [
    "x: {script: a, only: ['/(?!a)b/']}",
    'jobs:x:only config should be an array of strings or regular expressions using re2 syntax',
  ],
  ["x: {script: a, only: {variables: ['$A ==']}}", 'jobs:x:only variables invalid expression syntax'],
  ['x: {script: a, only: {changes: a}}', 'jobs:x:only changes should be an array of strings'],
  ['x: {script: a, except: {}}', "jobs:x:except config can't be blank"],
  ['x: {script: a, rules: always}', 'jobs:x rules should be an array containing hashes and arrays of hashes'],
  ['x: {script: a, rules: [always]}', 'jobs:x rules should be an array containing hashes and arrays of hashes'],
  ['x: {script: a, rules: [{foo: b}]}', 'jobs:x:rules:rule config contains unknown keys: foo'],
  ['x: {script: a, rules: [{when: sometimes}]}', 'jobs:x:rules:rule when unknown value: sometimes'],
  ["x: {script: a, rules: [{if: '$A =='}]}", 'jobs:x:rules:rule if invalid expression syntax'],
  ['x: {script: a, rules: [{changes: a}]}', 'jobs:x:rules:rule:changes should be an array or a hash'],
  ['x: {script: a, rules: [{when: delayed}]}', "jobs:x:rules:rule start in can't be blank"],
  ['x: {script: a, rules: [{start_in: 1 day}]}', 'jobs:x:rules:rule config contains disallowed keys: start_in'],
  ['x: {script: a, rules: [{variables: {A: {value: b}}}]}', 'jobs:x:rules:rule:variables:a config must be a string'],
  ['x: {script: a, rules: [{allow_failure: sure}]}', 'jobs:x:rules:rule allow failure should be a boolean value'],
  ['workflow: {rules: [{when: manual}]}\nx: {script: a}', 'workflow:rules:rule when unknown value: manual'],
  ['workflow: {foo: a}\nx: {script: a}', 'workflow config contains unknown keys: foo'],
  [
    'workflow: {auto_cancel: {on_new_commit: foo}}\nx: {script: a}',
    'workflow:auto_cancel on new commit must be one of: conservative, interruptible, none',
  ],
  ['x: {script: a, needs: a}', 'jobs:x:needs config can only be a hash or an array'],
  ['x: {script: a, needs: [1]}', 'jobs:x:needs:need has an unsupported type'],
  ['x: {script: a, needs: [{foo: a}]}', 'jobs:x:needs:need has an unsupported type'],
  ['x: {script: a, needs: {}}', 'jobs:x:needs config can not be an empty hash'],
  ['x: {script: a, dependencies: a}', 'jobs:x dependencies should be an array of strings'],
  ['x: {script: a, retry: -1}', 'retry config must be greater than or equal to 0'],
  ['x: {script: a, retry: {max: 3}}', 'retry max must be less than or equal to 2'],
  ['x: {script: a, retry: {foo: 1}}', 'retry config contains unknown keys: foo'],
  ['x: {script: a, retry: {max: 1, when: [foo]}}', 'retry when contains unknown values: foo'],
  ['x: {script: a, retry: {max: 1, exit_codes: a}}', 'retry exit codes should be an array of integers or an integer'],
  ['x: {script: a, parallel: 0}', 'jobs:x:parallel config must be greater than or equal to 1'],
  ['x: {script: a, parallel: 201}', 'jobs:x:parallel config must be less than or equal to 200'],
  ['x: {script: a, parallel: a}', 'jobs:x:parallel should be an integer or a hash'],
  ['x: {script: a, parallel: {foo: 1}}', 'jobs:x:parallel config contains unknown keys: foo'],
  ['x: {script: a, parallel: {matrix: a}}', 'jobs:x:parallel:matrix config should be an array of hashes'],
  ['x: {script: a, parallel: {matrix: [{}]}}', 'jobs:x:parallel:matrix:variables config requires at least 1 items'],
  [
    'x: {script: a, parallel: {matrix: [{A: {b: c}}]}}',
    'jobs:x:parallel:matrix:variables config should be a hash of key value pairs, value can b…',
  ],
  ['x: {script: a, timeout: abc}', 'jobs:x:timeout config should be a duration'],
  ['x: {script: a, timeout: 2 months}', 'jobs:x:timeout config should not exceed the limit'],
  ['x: {script: a, interruptible: a}', 'jobs:x:interruptible config should be a boolean value'],
  ['x: {script: a, resource_group: [a]}', 'jobs:x resource group should be a string'],
  [
    "x: {script: a, environment: 'a*b'}",
    "jobs:x:environment name can contain only letters, digits, '-', '_', '/', '$', '{', '}',…",
  ],
  [
    'x: {script: a, environment: {name: a, action: foo}}',
    'jobs:x:environment action should be start, stop, prepare, verify, or access',
  ],
  ['x: {script: a, environment: {url: a}}', "jobs:x:environment name can't be blank"],
  ['x: {script: a, environment: {name: a, on_stop: y}}', 'x job: on_stop job y is not defined'],
  [
    'x: {script: a, environment: {name: a, on_stop: y}}\ny: {script: a}',
    'x job: on_stop job y does not have environment defined',
  ],
  [
    'x: {script: a, environment: {name: a, on_stop: y}}\ny: {script: a, environment: {name: b, action: stop}}',
    'x job: on_stop job y have different environment name',
  ],
  [
    'x: {script: a, environment: {name: a, on_stop: y}}\ny: {script: a, environment: {name: a}}',
    'x job: on_stop job y needs to have action stop defined',
  ],
  ['x: {script: a, trigger: g/p}', 'jobs:x config these keys cannot be used together: script, trigger'],
  ['x: {trigger: {foo: a}}', 'jobs:x:trigger config contains unknown keys: foo'],
  ['x: {trigger: {project: g/p, include: a.yml}}', 'jobs:x:trigger config contains unknown keys: project'],
  ['x: {trigger: {project: g/p, strategy: foo}}', 'jobs:x:trigger strategy should be depend or mirror'],
  ['x: {trigger: g/p, when: delayed}', 'jobs:x when should be one of: on_success, on_failure, always, manual'],
  ['x: {script: a, artifacts: a}', 'jobs:x:artifacts config should be a hash'],
  ['x: {script: a, artifacts: {foo: a}}', 'jobs:x:artifacts config contains unknown keys: foo'],
  ['x: {script: a, artifacts: {paths: a}}', 'jobs:x:artifacts paths should be an array of strings'],
  [
    'x: {script: a, artifacts: {paths: [a], when: b}}',
    'jobs:x:artifacts when should be one of: on_success, on_failure, always',
  ],
  ['x: {script: a, artifacts: {paths: [a], expire_in: b}}', 'jobs:x:artifacts expire in should be a duration'],
  ['x: {script: a, artifacts: {expose_as: a}}', "jobs:x:artifacts paths can't be blank"],
  [
    'x: {script: a, artifacts: {paths: [a], public: true, access: all}}',
    'jobs:x:artifacts config these keys cannot be used together: public, access',
  ],
  ['x: {script: a, artifacts: {reports: {foo: a}}}', 'jobs:x:artifacts:reports config contains unknown keys: foo'],
  ['x: {script: a, cache: a}', 'jobs:x:caches config can only be a hash or an array'],
  ['x: {script: a, cache: {foo: a}}', 'jobs:x:cache config contains unknown keys: foo'],
  ['x: {script: a, cache: {key: a/b}}', 'jobs:x:cache:key config cannot contain the "/" character'],
  ['x: {script: a, cache: {key: ..}}', 'jobs:x:cache:key config cannot be "." or ".."'],
  ['x: {script: a, cache: {key: {files: []}}}', 'jobs:x:cache:key:files config requires at least 1 item'],
  ['x: {script: a, cache: {key: {foo: a}}}', 'jobs:x:cache:key config contains unknown keys: foo'],
  ['x: {script: a, cache: {policy: a}}', 'jobs:x:cache policy should be a variable or one of: pull-push, push, pull'],
  ['x: {script: a, cache: {when: a}}', 'jobs:x:cache when should be one of: on_success, on_failure, always'],
  [
    'x: {script: a, cache: {fallback_keys: [a,b,c,d,e,f]}}',
    'jobs:x:cache fallback keys has to many entries (maximum 5)',
  ],
  ['x: {script: a, coverage: abc}', 'jobs:x:coverage config must be a regular expression with re2 syntax'],
  ['x: {script: a, inherit: {foo: a}}', 'jobs:x:inherit config contains unknown keys: foo'],
  ['x: {script: a, inherit: {default: a}}', 'jobs:x:inherit:default should be a bool or array of strings'],
  ['x: {script: a, hooks: {foo: a}}', 'jobs:x:hooks config contains unknown keys: foo'],
  ['x: {script: a, id_tokens: {T: {foo: a}}}', 'jobs:x:id_tokens:t config missing required keys: aud'],
  ['x: {script: a, release: {tag_name: a}}', 'jobs:x:release description should be a string'],
  ['x: {script: a, publish: p}', "jobs:x publish can only be used within a 'pages' job"],
  ['default: {foo: a}\nx: {script: a}', 'default config contains unknown keys: foo'],
  ['x: {extends: .y}', "x: unknown keys in 'extends' (.y)"],
  ['x: {extends: [.y], script: a}\n.y: 5', "x: invalid base hashes in 'extends' (.y)"],
  ['x: {script: a, run: [{name: a, script: b}]}', 'jobs:x config these keys cannot be used together: script, run'],
]

describe('a mistake is told in the words of GitLab', () => {
  it.each(catalogue)('%s', async (snippet, message) => {
    const result = await compileText(snippet)
    expect(result).toMatchObject({ valid: false })
    const [first] = result.valid ? [] : result.errors
    expect(first?.message.slice(0, beginningOf(message).length)).toBe(beginningOf(message))
    expect(first?.line).toBeGreaterThan(0)
  })
})

/** Long messages are shortened with an ellipsis in the table. */
function beginningOf(message: string): string {
  return message.replace(/…$/, '')
}
