// For each keyword a value that is right and one that is wrong, and what must stand around it to be seen. The files that come of
// it are what docs/pipeline-syntax.md calls the test of a keyword.
import type { ContextOverrides } from '../../src/pipeline/context-defaults.ts'
import type { Keyword, Scope } from '../../src/pipeline/keywords.ts'

export type Sample = {
  readonly right: string
  readonly wrong: string
  /** Other keys of the same map, instead of those that the frame has. */
  readonly besides?: string
  /** Other lines of the file. */
  readonly also?: string
  readonly event?: ContextOverrides
  /** It is for people, forms or the runner's surroundings: no plan shows it. */
  readonly isSilent?: true
}

export type SampleFile = {
  readonly scope: Scope
  readonly right: string
  readonly without: string
  readonly wrong: string
  readonly event: ContextOverrides
  readonly isSilent: boolean
}

/** As it stands in a file: `expire_in: 1 day`. */
export function exampleOf(keyword: string): string | null {
  const sample = samples[keyword] ?? reportSample(keyword)
  return sample === null ? null : `${partsOf(keyword).name}: ${sample.right}`
}

/** One for each place where the keyword may stand. */
export function sampleFilesOf({ keyword, scopes }: Keyword): readonly SampleFile[] {
  const sample = samples[keyword] ?? reportSample(keyword)
  if (sample === null) return []
  const { prefix, name } = partsOf(keyword)
  const [first] = framesFor(prefix, scopes[0] ?? 'job')
  const places = prefix === '' ? [...new Set(scopes)] : scopes.slice(0, 1)
  return places.flatMap(scope => {
    const frames = prefix === '' ? framesFor(prefix, scope) : [first ?? jobFrame]
    return frames.map(frame => fileOf(scope, frame, name, sample))
  })
}

function fileOf(scope: Scope, frame: Frame, name: string, sample: Sample): SampleFile {
  const besides = sample.besides ?? frame.besides
  const write = (entry: string) =>
    `${frame.write([besides, entry].filter(text => text !== '').join(', '))}\n${sample.also ?? ''}\n`
  return {
    scope,
    right: write(`${name}: ${sample.right}`),
    without: write(''),
    wrong: write(`${name}: ${sample.wrong}`),
    event: sample.event ?? {},
    isSilent: sample.isSilent === true,
  }
}

function partsOf(keyword: string): { readonly prefix: string; readonly name: string } {
  const at = keyword.lastIndexOf(':')
  return { prefix: keyword.slice(0, Math.max(at, 0)), name: keyword.slice(at + 1) }
}

type Frame = { readonly besides: string; readonly write: (entries: string) => string }

const jobFrame: Frame = { besides: 'script: a', write: entries => `x: {${entries}}` }
const other = 'z: {script: a}'

function framesFor(prefix: string, scope: Scope): readonly Frame[] {
  if (prefix !== '') return [frames[prefix] ?? jobFrame]
  switch (scope) {
    case 'root':
      return [{ besides: '', write: entries => `${entries}\nx: {script: a}` }]
    case 'default':
      return [{ besides: '', write: entries => `default: {${entries}}\nx: {script: a}` }]
    case 'trigger job':
      return [{ besides: 'trigger: g/p', write: entries => `x: {${entries}}` }]
    default:
      return [jobFrame]
  }
}

const frames: Readonly<Record<string, Frame>> = {
  artifacts: { besides: 'paths: [p]', write: entries => `x: {script: a, artifacts: {${entries}}}` },
  'artifacts:reports': {
    besides: '',
    write: entries => `x: {script: a, artifacts: {paths: [p], reports: {${entries}}}}`,
  },
  cache: { besides: '', write: entries => `x: {script: a, cache: {${entries}}}` },
  environment: { besides: 'name: e', write: entries => `x: {script: a, environment: {${entries}}}` },
  release: { besides: 'tag_name: t, description: d', write: entries => `x: {script: a, release: {${entries}}}` },
  rules: { besides: '', write: entries => `x: {script: a, rules: [{${entries}}]}\n${other}` },
  only: { besides: '', write: entries => `x: {script: a, only: {${entries || 'refs: [branches]'}}}\n${other}` },
  except: { besides: '', write: entries => `x: {script: a, except: {${entries || 'refs: [tags]'}}}\n${other}` },
  trigger: { besides: 'project: g/p', write: entries => `x: {trigger: {${entries}}}` },
  workflow: { besides: '', write: entries => `workflow: {${entries}}\nx: {script: a}` },
  'workflow:rules': { besides: '', write: entries => `workflow: {rules: [{${entries}}]}\nx: {script: a}` },
  include: { besides: 'local: part.yml', write: entries => `include: [{${entries}}]\nx: {script: a}` },
  'include:rules': {
    besides: '',
    write: entries => `include: [{local: part.yml, rules: [{${entries}}]}]\nx: {script: a}`,
  },
  spec: { besides: '', write: entries => `spec: {${entries}}\n---\nx: {script: a}` },
  'spec:inputs': {
    besides: 'default: b',
    write: entries => `spec: {inputs: {i: {${entries}}}}\n---\nx: {script: "echo $[[ inputs.i ]]"}`,
  },
}

function reportSample(keyword: string): Sample | null {
  return keyword.startsWith('artifacts:reports:') ? { right: 'report.txt', wrong: '{a: b}' } : null
}

const stopJob = 'y: {script: a, when: manual, environment: {name: e, action: stop}}'
const nothingChanged = { changedPaths: ['other'] }

const samples: Readonly<Record<string, Sample>> = {
  after_script: { right: '[b]', wrong: '{b: c}' },
  allow_failure: { right: 'true', wrong: 'sure' },
  artifacts: { right: '{paths: [p]}', wrong: 'p' },
  'artifacts:access': { right: 'developer', wrong: 'everybody' },
  'artifacts:exclude': { right: '[q]', wrong: 'q' },
  'artifacts:expire_in': { right: '1 day', wrong: 'soon' },
  'artifacts:expose_as': { right: 'the result', wrong: 'a/b' },
  'artifacts:name': { right: 'n', wrong: '[n]' },
  'artifacts:paths': { right: '[p]', wrong: 'p', besides: 'untracked: true' },
  'artifacts:public': { right: 'false', wrong: 'no one' },
  'artifacts:reports': { right: '{junit: j.xml}', wrong: '{unknown: j.xml}' },
  'artifacts:reports:coverage_report': {
    right: '{coverage_format: cobertura, path: c.xml}',
    wrong: '{coverage_format: other, path: c.xml}',
  },
  'artifacts:untracked': { right: 'true', wrong: 'all' },
  'artifacts:when': { right: 'always', wrong: 'never' },
  before_script: { right: '[b]', wrong: '{b: c}' },
  cache: { right: '{paths: [p]}', wrong: 'p' },
  'cache:fallback_keys': { right: '[k]', wrong: '[a, b, c, d, e, f]' },
  'cache:key': { right: 'k', wrong: 'a/b' },
  'cache:paths': { right: '[p]', wrong: 'p' },
  'cache:policy': { right: 'pull', wrong: 'take' },
  'cache:unprotect': { right: 'true', wrong: 'please' },
  'cache:untracked': { right: 'true', wrong: 'all' },
  'cache:when': { right: 'always', wrong: 'never' },
  coverage: { right: "'/ab(c)/'", wrong: 'abc' },
  dast_configuration: { right: '{site_profile: s}', wrong: '{site_profile: s}' },
  default: { right: '{tags: [t]}', wrong: '{stage: s}' },
  dependencies: { right: '[y]', wrong: '[n]', also: 'y: {script: a, stage: build}' },
  environment: { right: 'e', wrong: "'a*b'" },
  'environment:action': { right: 'prepare', wrong: 'dance' },
  'environment:auto_stop_in': { right: '1 day', wrong: 'soon' },
  'environment:deployment_tier': { right: 'production', wrong: 'large' },
  'environment:kubernetes': { right: '{namespace: n}', wrong: '{namespace: n}' },
  'environment:name': { right: 'e', wrong: '/e', besides: 'action: prepare' },
  'environment:on_stop': { right: 'y', wrong: 'n', also: stopJob },
  'environment:url': { right: 'https://example.com', wrong: '5' },
  except: { right: '[branches]', wrong: '{}', also: other },
  'except:changes': { right: '[changed]', wrong: 'changed', event: { changedPaths: ['changed'] } },
  'except:kubernetes': { right: 'active', wrong: 'passive', isSilent: true },
  'except:refs': { right: '[branches]', wrong: 'branches' },
  'except:variables': { right: '[$CI_COMMIT_BRANCH]', wrong: '["$A =="]' },
  extends: { right: '.b', wrong: '.nowhere', also: '.b: {variables: {A: 1}}' },
  hooks: { right: '{pre_get_sources_script: [b]}', wrong: '{post_get_sources_script: [b]}' },
  id_tokens: { right: '{T: {aud: a}}', wrong: '{T: {}}' },
  identity: { right: 'google_cloud', wrong: 'google_cloud' },
  image: { right: 'i', wrong: '[i]' },
  include: { right: 'part.yml', wrong: 'part.txt' },
  'include:artifact': { right: 'c.yml', wrong: '[c.yml]', besides: 'job: part' },
  'include:component': { right: '127.0.0.1:8080/g/p/part@1.0.0', wrong: '[c]', besides: '' },
  'include:file': { right: 'part.yml', wrong: '{a: b}', besides: 'project: g/p' },
  'include:inputs': { right: '{i: c}', wrong: '{j: c}', besides: 'local: with-input.yml' },
  'include:integrity': {
    right: 'sha256-no',
    wrong: '[sha256]',
    besides: 'remote: "https://example.com/part.yml"',
  },
  'include:job': { right: 'part', wrong: '[part]', besides: 'artifact: c.yml' },
  'include:local': { right: 'part.yml', wrong: 'none.yml', besides: '' },
  'include:project': { right: 'g/p', wrong: '[g/p]', besides: 'file: part.yml' },
  'include:ref': { right: 'old', wrong: '[old]', besides: 'project: g/p, file: part.yml' },
  'include:remote': { right: '"https://example.com/part.yml"', wrong: 'ftp', besides: '' },
  'include:rules': { right: '[{when: never}]', wrong: '[]' },
  'include:rules:changes': { right: '[changed]', wrong: 'changed', event: nothingChanged },
  'include:rules:exists': { right: '[nowhere]', wrong: '5' },
  'include:rules:if': { right: '$NOWHERE', wrong: '$A ==' },
  'include:rules:when': { right: 'never', wrong: 'manual' },
  'include:template': { right: 'Part.gitlab-ci.yml', wrong: '[Part]', besides: '' },
  inherit: { right: '{variables: false}', wrong: '{default: [stage]}', also: 'variables: {A: 1}' },
  inputs: { right: '{i: {default: b}}', wrong: '{i: {default: b}}' },
  interruptible: { right: 'true', wrong: 'perhaps' },
  manual_confirmation: { right: 'Sure?', wrong: '[Sure]' },
  needs: { right: '[y]', wrong: '[n]', also: 'y: {script: a, stage: build}' },
  only: { right: '[tags]', wrong: 'tags', also: other },
  'only:changes': { right: '[changed]', wrong: 'changed', event: nothingChanged },
  'only:kubernetes': { right: 'active', wrong: 'passive' },
  'only:refs': { right: '[tags]', wrong: 'tags' },
  'only:variables': { right: '[$NOWHERE]', wrong: '["$A =="]' },
  pages: { right: 'true', wrong: 'perhaps' },
  parallel: { right: '{matrix: [{A: [b, c]}]}', wrong: '0' },
  publish: { right: 'dist', wrong: '[dist]', besides: 'script: a, pages: true' },
  release: { right: '{tag_name: t, description: d}', wrong: '{tag_name: t}' },
  'release:assets': { right: '{links: [{name: n, url: u}]}', wrong: '{links: [{name: n}]}' },
  'release:description': { right: 'd', wrong: '[d]', besides: 'tag_name: t' },
  'release:milestones': { right: '[m]', wrong: '{m: n}' },
  'release:name': { right: 'n', wrong: '[n]' },
  'release:ref': { right: 'r', wrong: '[r]' },
  'release:released_at': { right: "'2026-01-01T00:00:00Z'", wrong: 'soon' },
  'release:tag_message': { right: 'm', wrong: '[m]' },
  'release:tag_name': { right: 't', wrong: '[t]', besides: 'description: d' },
  resource_group: { right: 'r', wrong: "'a*b'" },
  retry: { right: '1', wrong: '3' },
  rules: { right: '[{when: manual}]', wrong: '[]' },
  'rules:allow_failure': { right: 'true', wrong: 'sure', besides: 'when: always' },
  'rules:changes': { right: '[changed]', wrong: 'changed', event: nothingChanged },
  'rules:exists': { right: '[nowhere]', wrong: '5' },
  'rules:if': { right: '$NOWHERE', wrong: '$A ==' },
  'rules:interruptible': { right: 'true', wrong: 'perhaps', besides: 'when: always' },
  'rules:needs': { right: '[y]', wrong: '[n]', also: 'y: {script: a, stage: build}' },
  'rules:start_in': { right: '1 day', wrong: 'soon', besides: 'when: delayed' },
  'rules:variables': { right: '{A: 1}', wrong: '{A: [1]}', besides: 'when: always' },
  'rules:when': { right: 'manual', wrong: 'sometimes' },
  run: { right: '[{name: n, script: s}]', wrong: '[{name: n, script: s}]', besides: '' },
  script: { right: 'a', wrong: '{b: c}', besides: '', also: other },
  secrets: { right: '{S: {vault: v}}', wrong: '{S: {vault: v}}' },
  services: { right: '[s]', wrong: 's' },
  'spec:component': { right: '[name]', wrong: '[nome]', isSilent: true },
  'spec:description': { right: 'words', wrong: '[words]', isSilent: true },
  'spec:include': { right: '[inputs.yml]', wrong: '[5]' },
  'spec:inputs': { right: '{i: {}}', wrong: '[i]' },
  'spec:inputs:default': { right: 'b', wrong: '5', besides: 'type: string' },
  'spec:inputs:description': { right: 'words', wrong: '[words]', isSilent: true },
  'spec:inputs:options': { right: '[c]', wrong: 'c', event: { inputs: { i: 'd' } } },
  'spec:inputs:regex': { right: '^c', wrong: '[c]', event: { inputs: { i: 'd' } } },
  'spec:inputs:rules': { right: '[{default: c}]', wrong: '{default: c}', besides: '' },
  'spec:inputs:type': { right: 'number', wrong: 'word', besides: 'default: 5' },
  stage: { right: 'build', wrong: 'nowhere' },
  stages: { right: '[test, other]', wrong: 'test', also: 'y: {script: a, stage: other}' },
  start_in: { right: '1 day', wrong: 'soon', besides: 'script: a, when: delayed' },
  tags: { right: '[t]', wrong: 't' },
  timeout: { right: '5 minutes', wrong: '5' },
  trigger: { right: 'g/p', wrong: '[g/p]', besides: '', also: other },
  'trigger:branch': { right: 'b', wrong: '[b]' },
  'trigger:forward': { right: '{yaml_variables: false}', wrong: '{variables: false}' },
  'trigger:include': { right: 'part.yml', wrong: '[a.yml, b.yml, c.yml, d.yml]', besides: '' },
  'trigger:inputs': { right: '{a: 1}', wrong: '[a]' },
  'trigger:project': { right: 'g/p', wrong: '[g/p]', besides: 'branch: b' },
  'trigger:strategy': { right: 'depend', wrong: 'follow' },
  type: { right: 'build', wrong: '[build]' },
  types: { right: '[test, other]', wrong: 'test', also: 'y: {script: a, stage: other}' },
  variables: { right: '{A: 1}', wrong: '[A]' },
  when: { right: 'always', wrong: 'never' },
  workflow: { right: '{name: n}', wrong: '{title: n}' },
  'workflow:auto_cancel': { right: '{on_new_commit: none}', wrong: '{on_new_commit: all}' },
  'workflow:name': { right: 'n', wrong: '[n]' },
  'workflow:rules': { right: '[{when: never}]', wrong: '[]' },
  'workflow:rules:auto_cancel': {
    right: '{on_job_failure: all}',
    wrong: '{on_job_failure: some}',
    besides: 'when: always',
  },
  'workflow:rules:changes': { right: '[changed]', wrong: 'changed', event: nothingChanged },
  'workflow:rules:exists': { right: '[nowhere]', wrong: '5' },
  'workflow:rules:if': { right: '$NOWHERE', wrong: '$A ==' },
  'workflow:rules:variables': { right: '{A: 1}', wrong: '{A: [1]}', besides: 'when: always' },
  'workflow:rules:when': { right: 'never', wrong: 'manual' },
}
