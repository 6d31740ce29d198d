// Made-up answers of the API for pages: enough of everything, and strings that try to be more than text.
import type { JobView, PipelineRow, PipelineView } from '../../../src/web/api/pipelines.ts'

/** The time of the made-up world; ages on the pages follow the real clock. */
export function ago(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString()
}

export const hostile = `<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>\u202Egnp.exe`

export const people = {
  root: { id: 1, username: 'root', name: 'Administrator', state: 'active', is_admin: true, email: 'root@example.com' },
  vera: {
    id: 2,
    username: 'vera',
    name: 'Backend Developer',
    state: 'active',
    is_admin: false,
    email: 'vera@example.com',
  },
} as const

export function project(id: number, path: string, extra: Readonly<Record<string, unknown>> = {}) {
  const [name = path] = path.split('/').slice(-1)
  return {
    id,
    name,
    path: name,
    path_with_namespace: path,
    description: 'Container images and what runs in them',
    visibility: 'private',
    default_branch: 'main',
    archived: false,
    created_at: ago(86_400 * 40),
    last_activity_at: ago(300),
    http_url_to_repo: `http://localhost:8080/${path}.git`,
    builds_access_level: 'enabled',
    container_registry_access_level: 'enabled',
    container_registry_image_prefix: `localhost:8080/${path}`,
    namespace: { full_path: path.split('/').slice(0, -1).join('/'), kind: 'group' },
    permissions: { project_access: { access_level: 50 }, group_access: null },
    ...extra,
  }
}

type JobSpec = {
  readonly name: string
  readonly stage: string
  readonly status?: string
  readonly needs?: readonly string[] | null
} & Partial<JobView>

export function job(id: number, stages: readonly string[], spec: JobSpec): JobView {
  const status = spec.status ?? 'success'
  const hasStarted = ['success', 'failed', 'running'].includes(status)
  const start = 600 - stages.indexOf(spec.stage) * 60
  return {
    id,
    group_name: spec.name,
    stage_index: stages.indexOf(spec.stage),
    kind: 'build',
    status,
    allow_failure: false,
    is_retried: false,
    needs: null,
    manual_confirmation: null,
    failure_reason: status === 'failed' ? 'script_failure' : null,
    failure_detail: null,
    message: status === 'failed' ? 'The script ended with exit code 1.' : null,
    exit_code: status === 'failed' ? 1 : null,
    coverage: null,
    environment: null,
    tags: [],
    runner_id: hasStarted ? 1 : null,
    downstream_pipeline: null,
    created_at: ago(620),
    queued_at: status === 'created' || status === 'manual' ? null : ago(start + 4),
    started_at: hasStarted ? ago(start) : null,
    finished_at: hasStarted && status !== 'running' ? ago(start - 20 - (id % 7) * 5) : null,
    scheduled_at: null,
    ...spec,
  }
}

export function pipelineRow(id: number, extra: Partial<PipelineRow> = {}): PipelineRow {
  return {
    id,
    iid: id - 100,
    project_id: 7,
    project_path: 'shop/backend',
    ref: 'main',
    tag: false,
    sha: (id * 7919).toString(16).padStart(8, 'a').repeat(5).slice(0, 40),
    status: 'success',
    has_warnings: false,
    source: 'push',
    name: null,
    commit_title: 'Bill returns in the currency of the order',
    user: people.vera,
    stages: [
      { name: 'lint', status: 'success', has_warnings: false, jobs: 2 },
      { name: 'test', status: 'success', has_warnings: false, jobs: 4 },
      { name: 'build', status: 'success', has_warnings: false, jobs: 1 },
      { name: 'deploy', status: 'success', has_warnings: false, jobs: 2 },
    ],
    created_at: ago(620),
    started_at: ago(600),
    finished_at: ago(330),
    duration: 272,
    ...extra,
  }
}

const titles = [
  'Bill returns in the currency of the order',
  'Read the stock from the warehouse service',
  'Drop the old price import',
  'Pin the base image by digest',
  'Show the tax of each line',
  'Wait for the broker before the first message',
]

export function pipelineRows(): readonly PipelineRow[] {
  const failed = { name: 'test', status: 'failed', has_warnings: false, jobs: 4 }
  const running = { name: 'test', status: 'running', has_warnings: false, jobs: 4 }
  const [lint, test, build, deploy] = pipelineRow(1).stages as [
    PipelineRow['stages'][0],
    PipelineRow['stages'][0],
    PipelineRow['stages'][0],
    PipelineRow['stages'][0],
  ]
  const waiting = { name: 'build', status: 'created', has_warnings: false, jobs: 1 }
  const skipped = { name: 'build', status: 'skipped', has_warnings: false, jobs: 1 }
  return [
    pipelineRow(142, {
      status: 'running',
      ref: 'feature/returns',
      stages: [lint, running, waiting],
      finished_at: null,
      duration: null,
      created_at: ago(70),
      started_at: ago(64),
      user: people.vera,
    }),
    pipelineRow(141, {
      status: 'failed',
      commit_title: titles[1] ?? '',
      stages: [lint, failed, skipped],
      created_at: ago(3700),
      user: people.root,
    }),
    pipelineRow(140, { commit_title: titles[2] ?? '', created_at: ago(9000), stages: [lint, test, build, deploy] }),
    pipelineRow(139, {
      status: 'success',
      has_warnings: true,
      commit_title: titles[3] ?? '',
      created_at: ago(86_400),
      stages: [{ ...lint, has_warnings: true }, test, build],
    }),
    pipelineRow(138, {
      tag: true,
      ref: 'v2.4.0',
      commit_title: titles[4] ?? '',
      created_at: ago(2 * 86_400),
      source: 'push',
    }),
    pipelineRow(137, {
      status: 'canceled',
      commit_title: titles[5] ?? '',
      created_at: ago(3 * 86_400),
      source: 'web',
      stages: [lint, { ...test, status: 'canceled' }],
    }),
    pipelineRow(136, {
      status: 'manual',
      name: 'Nightly scan of all images',
      created_at: ago(4 * 86_400),
      source: 'schedule',
      stages: [lint, test, { ...deploy, status: 'manual' }],
    }),
    pipelineRow(135, { ref: `feature/${hostile}`, commit_title: hostile, created_at: ago(5 * 86_400) }),
    pipelineRow(134, {
      status: 'failed',
      commit_title: 'Try the new broker',
      stages: [],
      created_at: ago(6 * 86_400),
      started_at: null,
      finished_at: null,
      duration: null,
    }),
  ]
}

export function pipelineView(): PipelineView {
  const stages = ['lint', 'test', 'build', 'deploy']
  const specs: readonly JobSpec[] = [
    { name: 'format', stage: 'lint' },
    { name: 'types', stage: 'lint', status: 'failed', allow_failure: true, needs: [] },
    { name: 'unit', stage: 'test', needs: ['format'] },
    { name: 'contract 1/2', stage: 'test', needs: ['format'], group_name: 'contract' },
    { name: 'contract 2/2', stage: 'test', needs: ['format'], group_name: 'contract' },
    { name: 'e2e', stage: 'test', status: 'failed', tags: ['docker', 'large'] },
    { name: 'image', stage: 'build', status: 'running', needs: ['unit', 'contract 1/2', 'contract 2/2'] },
    { name: 'staging', stage: 'deploy', status: 'created', needs: ['image'], environment: 'staging' },
    {
      name: 'production',
      stage: 'deploy',
      status: 'manual',
      manual_confirmation: 'Deploy to production? Customers see it at once.',
      environment: 'production',
    },
    {
      name: 'mirror',
      stage: 'deploy',
      kind: 'bridge',
      status: 'success',
      downstream_pipeline: { id: 90, project_path: 'shop/mirror', status: 'success' },
    },
  ]
  const jobs = specs.map((spec, index) => job(500 + index, stages, spec))
  const retried = job(490, stages, {
    name: 'e2e',
    stage: 'test',
    status: 'failed',
    is_retried: true,
    created_at: ago(900),
    runner_id: 2,
  })
  return {
    ...pipelineRow(142, { status: 'running', finished_at: null, duration: null, ref: 'feature/returns' }),
    stages: stages.map(name => ({ name, status: 'running', has_warnings: false, jobs: 2 })),
    before_sha: '0'.repeat(40),
    queued_duration: 4,
    coverage: 87.4,
    errors: [],
    warnings: [
      {
        message: "jobs:e2e: 'only' is old; rules say more",
        path: 'e2e:only',
        file: '.gitlab-ci.yml',
        line: 41,
        column: 3,
      },
    ],
    parent: null,
    children: [pipelineRow(90, { project_path: 'shop/mirror', source: 'pipeline' })],
    jobs: [retried, ...jobs],
    images: [
      {
        job_id: 506,
        job_name: 'image',
        repository: 'shop/backend',
        tag: 'feature-returns',
        digest: `sha256:${'4f'.repeat(32)}`,
      },
      {
        job_id: 506,
        job_name: 'image',
        repository: 'shop/backend/worker',
        tag: 'feature-returns',
        digest: `sha256:${'9c'.repeat(32)}`,
      },
    ],
  }
}

/** For the bench: `count` jobs in ten stages, each waiting for two of the stage before. */
export function largePipeline(count: number): PipelineView {
  const stages = Array.from({ length: 10 }, (_, index) => `stage-${index + 1}`)
  const perStage = Math.ceil(count / stages.length)
  const jobs = Array.from({ length: count }, (_, index) => {
    const stage = Math.floor(index / perStage)
    const before = (offset: number): string => `job-${(stage - 1) * perStage + ((index + offset) % perStage)}`
    return job(10_000 + index, stages, {
      name: `job-${index}`,
      stage: stages[stage] ?? '',
      status: stage < 5 ? 'success' : stage === 5 ? 'running' : 'created',
      needs: stage === 0 ? [] : [before(0), before(1)],
    })
  })
  return {
    ...pipelineView(),
    id: 9000,
    jobs,
    stages: stages.map(name => ({ name, status: 'running', has_warnings: false, jobs: perStage })),
    images: [],
    children: [],
    warnings: [],
  }
}
