// Which made-up answer belongs to which request.
import {
  ago,
  hostile,
  largePipeline,
  people,
  pipelineRow,
  pipelineRows,
  pipelineView,
  project,
} from './fixture-data.ts'
import { integrationRoutes } from './fixture-integrations.ts'
import { earlierLog, sampleLog } from './fixture-log.ts'
import { registryRoutes } from './fixture-registry.ts'
import type { FixtureOptions } from './fixture-server.ts'

export type Answer =
  | { readonly kind: 'json'; readonly body: unknown; readonly status?: number; readonly total?: number }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }

type Routes = (method: string, url: URL, body: unknown) => Answer | undefined

const commit = {
  id: '4f9a1c22'.repeat(5),
  short_id: '4f9a1c22',
  title: 'Bill returns in the currency of the order',
  message:
    'Bill returns in the currency of the order\n\nThe rate of the day of the order counts, not that of the return.\n',
  author_name: 'Backend Developer',
  author_email: 'vera@example.com',
  authored_date: ago(700),
  committed_date: ago(700),
  created_at: ago(700),
  parent_ids: ['b1'.repeat(20)],
  stats: { additions: 14, deletions: 3, total: 17 },
  last_pipeline: { id: 142, status: 'running' },
}
const file =
  'stages: [lint, test, build, deploy]\n\nformat:\n  stage: lint\n  script: npm run format\n\nunit:\n  stage: test\n  needs: [format]\n  script:\n    - npm ci\n    - npm test\n'

const release = {
  name: 'The summer release',
  tag_name: 'v2.4.0',
  description: `## New\n\n- **Returns** in \`EUR\`\n- ${hostile}\n\n[docs](https://shop.example.com) and [not](javascript:alert(1))\n`,
  released_at: ago(90_000),
  upcoming_release: false,
  author: people.vera,
  commit,
  milestones: [{ title: hostile }],
  assets: {
    links: [
      { id: 1, name: hostile, url: 'https://shop.example.com/a.tar.gz', link_type: 'package' },
      { id: 2, name: 'Not a web address', url: 'javascript:alert(1)', link_type: 'other' },
    ],
  },
}
const mergeRequest = {
  iid: 1,
  title: 'Round each line, not the sum',
  state: 'opened',
  draft: true,
  source_branch: hostile,
  target_branch: 'main',
  labels: ['billing', hostile],
  author: people.vera,
  sha: commit.id,
  updated_at: ago(900),
}

export function fixtureRoutes(options: FixtureOptions): Routes {
  let isSignedIn = options.signedOut !== true
  const projects = options.empty
    ? []
    : [
        project(7, 'shop/backend'),
        project(8, 'shop/frontend', { visibility: 'internal' }),
        project(9, 'tools/base-images', { description: hostile }),
      ]
  const json = (body: unknown, status = 200): Answer => ({ kind: 'json', body, status })
  const list = (body: readonly unknown[]): Answer => ({ kind: 'json', body, total: body.length })
  const session = (): Answer => json({ user: isSignedIn ? people.root : null, csrf_token: isSignedIn ? 'x' : null })

  const [earlier, later] = options.attemptLogs ?? [earlierLog(), sampleLog()]
  const table: readonly (readonly [string, RegExp, (match: RegExpExecArray, url: URL, body: unknown) => Answer])[] = [
    ['GET', /^slipway\/session$/, session],
    [
      'POST',
      /^slipway\/session$/,
      (_match, _url, body) => {
        if ((body as { password?: string }).password !== 'right password')
          return json({ message: '401 Unauthorized' }, 401)
        isSignedIn = true
        return json({ user: people.root, csrf_token: 'x' }, 201)
      },
    ],
    [
      'DELETE',
      /^slipway\/session$/,
      () => {
        isSignedIn = false
        return json(null, 204)
      },
    ],
    ['GET', /^slipway\/overview$/, () => json(overview(projects, options.empty === true))],
    ['GET', /^projects$/, () => list(projects)],
    [
      'GET',
      /^projects\/[^/]+$/,
      match => {
        const name = decodeURIComponent(match[0].slice('projects/'.length))
        const found = projects.find(each => each.path_with_namespace === name)
        return found === undefined ? json({ message: '404 Project Not Found' }, 404) : json(found)
      },
    ],
    [
      'GET',
      /^slipway\/projects\/[^/]+\/pipelines$/,
      (_match, url) =>
        list(pipelineRows().filter(row => matches(row.status, url, 'status') && matches(row.ref, url, 'ref'))),
    ],
    ['GET', /^slipway\/projects\/[^/]+\/pipelines\/9000$/, () => json(largePipeline(200))],
    [
      'GET',
      /^slipway\/projects\/[^/]+\/pipelines\/134$/,
      () =>
        json({
          ...pipelineView(),
          ...pipelineRow(134, { status: 'failed', stages: [] }),
          jobs: [],
          images: [],
          children: [],
          errors: [
            {
              message: "jobs:test:needs: 'bild' is not a job of this pipeline (did you mean 'build'?)",
              path: 'test:needs',
              file: '.gitlab-ci.yml',
              line: 12,
              column: 11,
            },
          ],
        }),
    ],
    ['GET', /^slipway\/projects\/[^/]+\/pipelines\/\d+$/, () => json(pipelineView())],
    ['GET', /^slipway\/projects\/[^/]+\/pipelines\/\d+\/explanation$/, () => json(explanation)],
    ['GET', /^slipway\/projects\/[^/]+\/(pipelines\/\d+\/)?log_search$/, () => json(logHits)],
    [
      'GET',
      /^projects\/[^/]+\/pipelines\/\d+\/variables$/,
      () =>
        json([
          { key: 'REASON', value: hostile, variable_type: 'env_var' },
          { key: 'LICENCE', value: 'not to be shown', variable_type: 'file' },
        ]),
    ],
    ['GET', /^projects\/[^/]+\/pipelines\/\d+\/test_report$/, () => json(testReport)],
    ['GET', /^projects\/[^/]+\/jobs\/(\d+)$/, match => json(jobOf(Number(match[1])))],
    ['GET', /^projects\/[^/]+\/jobs\/9001\/trace$/, () => ({ kind: 'bytes', bytes: options.longLog ?? sampleLog() })],
    ['GET', /^projects\/[^/]+\/jobs\/490\/trace$/, () => ({ kind: 'bytes', bytes: earlier })],
    ['GET', /^projects\/[^/]+\/jobs\/505\/trace$/, () => ({ kind: 'bytes', bytes: later })],
    ['GET', /^projects\/[^/]+\/jobs\/\d+\/trace$/, () => ({ kind: 'bytes', bytes: sampleLog() })],
    ['GET', /^slipway\/projects\/[^/]+\/jobs\/\d+\/trace_times$/, () => json({ times: [[0, Date.now() - 90_000]] })],
    ['GET', /^projects\/[^/]+\/jobs\/\d+\/artifacts\/tree$/, () => list(artifactTree)],
    ['GET', /^projects\/[^/]+\/releases$/, () => list([release, { ...release, tag_name: hostile, name: hostile }])],
    ['GET', /^projects\/[^/]+\/releases\/[^/]+$/, () => json(release)],
    [
      'GET',
      /^projects\/[^/]+\/merge_requests$/,
      () => list([mergeRequest, { ...mergeRequest, iid: 2, title: hostile }]),
    ],
    ['GET', /^projects\/[^/]+\/repository\/branches$/, () => list(branches)],
    [
      'GET',
      /^projects\/[^/]+\/repository\/tags$/,
      () =>
        list([
          { name: 'v2.4.0', message: 'The summer release', protected: true, commit, created_at: ago(90_000) },
          { name: 'v2.3.1', message: null, commit },
        ]),
    ],
    [
      'GET',
      /^projects\/[^/]+\/repository\/commits$/,
      () =>
        list([
          commit,
          { ...commit, id: 'c3'.repeat(20), title: hostile, last_pipeline: null },
          {
            ...commit,
            id: 'd4'.repeat(20),
            title: 'Drop the old price import',
            last_pipeline: { id: 140, status: 'success' },
          },
        ]),
    ],
    ['GET', /^projects\/[^/]+\/repository\/commits\/[^/]+$/, () => json(commit)],
    [
      'GET',
      /^projects\/[^/]+\/repository\/commits\/[^/]+\/diff$/,
      () =>
        list([
          {
            old_path: 'src/bill.ts',
            new_path: 'src/bill.ts',
            new_file: false,
            deleted_file: false,
            renamed_file: false,
            diff: '@@ -38,7 +38,9 @@ export function bill(order: Order) {\n   const lines = order.lines\n-  const rate = rateOf(today())\n+  const rate = rateOf(order.placedAt)\n+  // <script>window.pwned=1</script>\n   return lines.map(line => line.price * rate)\n',
          },
        ]),
    ],
    [
      'GET',
      /^projects\/[^/]+\/repository\/tree$/,
      () =>
        list([
          { id: '1', name: 'src', type: 'tree', path: 'src', mode: '040000' },
          { id: '2', name: '.gitlab-ci.yml', type: 'blob', path: '.gitlab-ci.yml', mode: '100644' },
          { id: '3', name: 'Dockerfile', type: 'blob', path: 'Dockerfile', mode: '100644' },
        ]),
    ],
    ['GET', /^projects\/[^/]+\/repository\/files\/.*\/raw$/, () => ({ kind: 'text', text: file })],
    ['POST', /^projects\/[^/]+\/ci\/lint$/, () => json(lint)],
    ['GET', /^(projects|groups)\/[^/]+\/variables$/, () => list(variables)],
    [
      'GET',
      /^(projects|groups)\/[^/]+\/members(\/all)?$/,
      match =>
        list(
          match[2]
            ? [
                { ...people.root, access_level: 50, expires_at: null },
                { ...people.vera, access_level: 30, expires_at: '2027-03-01' },
              ]
            : [{ ...people.vera, access_level: 30, expires_at: '2027-03-01' }],
        ),
    ],
    [
      'GET',
      /^(personal_access_tokens|projects\/[^/]+\/access_tokens)$/,
      () =>
        list([
          {
            id: 3,
            name: 'laptop',
            scopes: ['read_repository', 'write_repository', 'read_registry'],
            active: true,
            revoked: false,
            created_at: ago(86_400),
            expires_at: '2027-01-31',
            last_used_at: ago(500),
            access_level: 30,
          },
        ]),
    ],
    [
      'POST',
      /^(user\/personal_access_tokens|projects\/[^/]+\/access_tokens)$/,
      () =>
        json(
          {
            id: 4,
            name: 'new one',
            scopes: ['api'],
            active: true,
            revoked: false,
            created_at: ago(0),
            expires_at: '2027-01-31',
            last_used_at: null,
            token: 'glpat-0123456789abcdef',
          },
          201,
        ),
    ],
    [
      'GET',
      /^projects\/[^/]+\/deploy_tokens$/,
      () =>
        list([
          {
            id: 5,
            name: 'web-1',
            username: 'gitlab+deploy-token-5',
            scopes: ['read_registry'],
            revoked: false,
            expires_at: null,
          },
        ]),
    ],
    [
      'GET',
      /^projects\/[^/]+\/protected_branches$/,
      () => list([{ id: 1, name: 'main', push_access_levels: [{ access_level: 40 }], allow_force_push: false }]),
    ],
    ['GET', /^projects\/[^/]+\/protected_tags$/, () => list([])],
    ['GET', /^projects\/[^/]+\/pipeline_schedules$/, () => list([schedule])],
    ['GET', /^projects\/[^/]+\/pipeline_schedules\/1$/, () => json(schedule)],
    [
      'GET',
      /^projects\/[^/]+\/environments$/,
      () =>
        list([
          {
            id: 1,
            name: 'production',
            slug: 'production',
            external_url: 'https://shop.example.com',
            state: 'available',
            tier: 'production',
            created_at: ago(90_000),
            updated_at: ago(9000),
            last_deployment: {
              id: 9,
              iid: 4,
              ref: 'main',
              sha: commit.id,
              status: 'success',
              created_at: ago(9000),
              user: people.vera,
              deployable: { id: 508, name: 'production', status: 'success' },
              tag: false,
            },
          },
          {
            id: 2,
            name: 'review/returns',
            slug: 'review-returns',
            external_url: 'javascript:alert(1)',
            state: 'available',
            tier: 'development',
            created_at: ago(90_000),
            updated_at: ago(9000),
            last_deployment: {
              id: 10,
              iid: 5,
              ref: '<script>globalThis.pwned=1</script>',
              tag: true,
              sha: commit.id,
              status: 'running',
              created_at: ago(60),
              user: null,
              deployable: null,
            },
          },
        ]),
    ],
    [
      'GET',
      /^(runners\/all|projects\/[^/]+\/runners)$/,
      () =>
        list([
          runner,
          {
            ...runner,
            id: 2,
            description: 'host-2',
            status: 'offline',
            paused: true,
            contacted_at: ago(4000),
            tag_list: [],
          },
          {
            ...runner,
            id: 3,
            description: 'host-3',
            runner_type: 'project_type',
            projects: [{ id: 7 }, { id: 8 }],
          },
        ]),
    ],
    [
      'GET',
      /^runners\/1\/jobs$/,
      () =>
        list([
          {
            id: 506,
            name: 'image',
            status: 'running',
            started_at: ago(60),
            project: { path_with_namespace: 'shop/backend' },
          },
        ]),
    ],
    ['GET', /^runners\/\d+\/jobs$/, () => list([])],
    ['GET', /^runners$/, () => list([{ ...runner, id: 4, description: `host-4 ${hostile}` }])],
    ['PUT', /^runners\/\d+$/, () => json(runner)],
    ['GET', /^groups$/, () => list([group])],
    ['GET', /^groups\/[^/]+$/, () => json(group)],
    ['GET', /^groups\/[^/]+\/projects$/, () => list(projects.slice(0, 2))],
    ['GET', /^groups\/[^/]+\/subgroups$/, () => list([])],
    ['GET', /^user$/, () => json(people.root)],
    [
      'GET',
      /^users$/,
      () =>
        list([
          { ...people.root, last_sign_in_at: ago(100) },
          { ...people.vera, last_sign_in_at: ago(9000) },
        ]),
    ],
    [
      'GET',
      /^application\/settings$/,
      () =>
        json({
          container_registry_enabled: true,
          signup_enabled: false,
          default_project_visibility: 'private',
          default_branch_name: 'main',
        }),
    ],
    [
      'GET',
      /^slipway\/queue$/,
      () =>
        json({
          pending: [
            {
              id: 507,
              name: 'staging',
              project_path: 'shop/backend',
              status: 'pending',
              tags: ['large'],
              queued_at: ago(40),
              started_at: null,
            },
          ],
          pending_total: 1,
          running: [
            {
              id: 506,
              name: 'image',
              project_path: 'shop/backend',
              status: 'running',
              tags: [],
              queued_at: ago(70),
              started_at: ago(60),
            },
          ],
          running_total: 1,
        }),
    ],
    [
      'GET',
      /^slipway\/storage$/,
      () =>
        json({
          uses: [
            ['Repositories', 4e7],
            ['Images', 3.4e9],
            ['Logs', 2.1e8],
            ['Artifacts', 9.4e8],
            ['Caches', 6e8],
            ['Database', 2e7],
          ].map(([name, size]) => ({ name, size_bytes: size })),
          free_bytes: 4e10,
          total_bytes: 1e11,
        }),
    ],
    [
      'GET',
      /^audit_events$/,
      () =>
        list([
          {
            id: 1,
            created_at: ago(500),
            author_name: 'root',
            action: 'variable_created',
            target: 'shop/backend DEPLOY_KEY',
            ip_address: '10.0.0.7',
          },
        ]),
    ],
    ['GET', /^admin\/ci\/variables$/, () => list([])],
    ['GET', /^openapi\.json$/, () => json({ paths: {} })],
    ...registryRoutes(json, list),
    ...integrationRoutes(json, list),
    ['POST', /./, () => json({ id: 143 }, 201)],
    ['PUT', /./, () => json({})],
    ['DELETE', /./, () => json(null, 204)],
  ]

  return (method, url, body) => {
    const path = url.pathname.replace(/^\/api\/(v4\/)?/, '')
    if (!isSignedIn && !path.startsWith('slipway/session')) return json({ message: '401 Unauthorized' }, 401)
    for (const [wanted, pattern, answer] of table) {
      const match = wanted === method ? pattern.exec(path) : null
      if (match !== null) return answer(match, url, body)
    }
    return undefined
  }
}

function matches(value: string, url: URL, name: string): boolean {
  const wanted = url.searchParams.get(name)
  return wanted === null || wanted === '' || wanted === value
}

function overview(
  projects: readonly { readonly id: number; readonly path_with_namespace: string; readonly name: string }[],
  isEmpty: boolean,
) {
  const rows = isEmpty ? [] : pipelineRows()
  return {
    running: rows.filter(row => row.status === 'running'),
    failed: rows.filter(row => row.status === 'failed').slice(0, 1),
    recent: rows.filter(row => row.finished_at !== null && row.status !== 'manual').slice(0, 5),
    projects: projects.map((each, index) => ({
      id: each.id,
      path: each.path_with_namespace,
      name: each.name,
      last_pipeline: rows[index] ?? null,
    })),
    queue: { pending: 1, running: 1, runners: 2, runners_online: 1 },
  }
}

function jobOf(id: number) {
  const view = pipelineView()
  const found = view.jobs.find(job => job.id === id) ?? view.jobs.find(job => job.name === 'e2e' && !job.is_retried)
  if (found === undefined) throw new Error('the pipeline has no such job')
  return {
    id,
    name: id === 9001 ? 'long' : found.name,
    stage: found.stage,
    status: found.status,
    ref: view.ref,
    tag: false,
    coverage: 87.4,
    allow_failure: found.allow_failure,
    created_at: found.created_at,
    started_at: found.started_at,
    finished_at: found.finished_at,
    erased_at: null,
    duration: 41,
    queued_duration: 4,
    user: people.vera,
    commit: { id: commit.id, short_id: commit.short_id, title: commit.title },
    pipeline: { id: view.id, iid: view.iid, status: view.status, ref: view.ref, sha: view.sha },
    runner: { id: 1, description: 'host-1' },
    tag_list: found.tags,
    failure_reason: 'script_failure',
    artifacts: [
      { file_type: 'archive', size: 184_320, filename: 'artifacts.zip', file_format: 'zip' },
      { file_type: 'junit', size: 9000, filename: 'junit.xml.gz', file_format: 'gzip' },
    ],
    artifacts_expire_at: ago(-86_400 * 6),
  }
}

const artifactTree = [
  { path: 'report/index.html', size: 4000 },
  { path: 'report/assets/style.css', size: 900 },
  { path: `${hostile.replaceAll('/', '_')}.txt`, size: 12 },
  { path: 'junit.xml', size: 9000 },
]

const branches = [
  { name: 'main', default: true, protected: true, commit },
  { name: 'feature/returns', default: false, protected: false, commit },
  { name: `feature/${hostile}`, default: false, protected: false, commit },
]

const variables = [
  {
    key: 'DEPLOY_KEY',
    value: null,
    variable_type: 'file',
    protected: true,
    masked: false,
    hidden: false,
    raw: false,
    environment_scope: 'production',
    description: 'For the host that runs the shop',
  },
  {
    key: 'BROKER_PASSWORD',
    value: 'abcdefgh1234',
    variable_type: 'env_var',
    protected: false,
    masked: true,
    hidden: false,
    raw: true,
    environment_scope: '*',
    description: null,
  },
  {
    key: 'LOG_LEVEL',
    value: 'debug',
    variable_type: 'env_var',
    protected: false,
    masked: false,
    hidden: false,
    raw: false,
    environment_scope: '*',
    description: null,
  },
]

const runner = {
  id: 1,
  description: 'host-1',
  active: true,
  paused: false,
  runner_type: 'instance_type',
  status: 'online',
  tag_list: ['docker', 'large'],
  run_untagged: true,
  access_level: 'not_protected',
  contacted_at: ago(1),
  version: '0.1.0',
  platform: 'linux',
  architecture: 'x64',
}
const group = {
  id: 3,
  name: 'shop',
  path: 'shop',
  full_path: 'shop',
  description: 'All that sells',
  visibility: 'private',
  parent_id: null,
}

const explanation = {
  explanations: [
    { job: 'format', included: true, decidedBy: 'nothing', reason: 'it has no rules', rule: null, clauses: [] },
    {
      job: 'production',
      included: true,
      decidedBy: 'rules',
      reason: 'rule 1: $CI_COMMIT_BRANCH == "feature/returns"',
      rule: 1,
      clauses: [
        {
          rule: 1,
          clause: 'if',
          text: '$CI_COMMIT_BRANCH == "feature/returns"',
          matched: true,
          values: { CI_COMMIT_BRANCH: 'feature/returns' },
          note: null,
          line: 31,
        },
      ],
    },
    {
      job: 'publish',
      included: false,
      decidedBy: 'rules',
      reason: 'no rule matched',
      rule: null,
      clauses: [
        {
          rule: 1,
          clause: 'if',
          text: '$CI_COMMIT_TAG',
          matched: false,
          values: { CI_COMMIT_TAG: null },
          note: null,
          line: 55,
        },
        {
          rule: 2,
          clause: 'changes',
          text: 'charts/**',
          matched: false,
          values: {},
          note: 'changed: src/bill.ts',
          line: 57,
        },
      ],
    },
  ],
  left_out: [{ name: 'publish', reason: 'no rule matched' }],
}

const logHits = {
  hits: [
    {
      pipeline_id: 142,
      job_id: 505,
      job_name: 'e2e',
      line: 138,
      text: '  AssertionError: expected 12.50 to equal 12.49',
    },
    { pipeline_id: 142, job_id: 505, job_name: 'e2e', line: 142, text: hostile },
    { pipeline_id: 142, job_id: 502, job_name: 'unit', line: 12, text: 'AssertionError is caught here' },
  ],
  is_cut: false,
}

const testReport = {
  total_time: 12.4,
  total_count: 120,
  success_count: 118,
  failed_count: 1,
  skipped_count: 1,
  error_count: 0,
  test_suites: [
    {
      name: 'e2e',
      total_time: 12.4,
      total_count: 120,
      failed_count: 1,
      error_count: 0,
      test_cases: [
        {
          status: 'failed',
          name: 'returns in two currencies',
          classname: 'returns',
          file: null,
          execution_time: 0.4,
          system_output: `AssertionError: expected 12.50 to equal 12.49\n    at bill (/app/src/bill.ts:41:11)\n${hostile}`,
        },
        {
          status: 'success',
          name: 'returns in one currency',
          classname: 'returns',
          file: null,
          execution_time: 0.1,
          system_output: null,
        },
        {
          status: 'skipped',
          name: 'returns by post',
          classname: 'returns',
          file: null,
          execution_time: 0,
          system_output: null,
        },
      ],
    },
  ],
}

const lint = {
  valid: false,
  errors: ["jobs:unit:needs: 'fromat' is not a job of this pipeline (did you mean 'format'?)"],
  warnings: [],
  merged_yaml: file,
  jobs: [
    { name: 'format', stage: 'lint', when: 'on_success', needs: [] },
    { name: 'unit', stage: 'test', when: 'on_success', needs: [{ name: 'format' }] },
  ],
  slipway: {
    errors: [
      {
        message: "jobs:unit:needs: 'fromat' is not a job of this pipeline (did you mean 'format'?)",
        path: 'unit:needs',
        file: '.gitlab-ci.yml',
        line: 9,
        column: 11,
      },
    ],
    warnings: [],
    explanations: explanation.explanations,
    left_out: [],
  },
}

const schedule = {
  id: 1,
  description: 'Nightly scan of all images',
  ref: 'main',
  cron: '0 3 * * *',
  cron_timezone: 'Europe/Berlin',
  next_run_at: ago(-30_000),
  active: true,
  owner: people.vera,
  last_pipeline: { id: 136, status: 'manual' },
  variables: [],
}
