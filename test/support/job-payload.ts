import type { JobPayload, JobVariable } from '../../src/run/protocol.ts'

export type PayloadWish = {
  readonly id: number
  readonly lease?: number
  readonly script?: readonly string[]
  readonly afterScript?: readonly string[]
  readonly variables?: Readonly<Record<string, string>>
  /** Masked, and not public. */
  readonly secrets?: Readonly<Record<string, string>>
  readonly image?: string
  readonly services?: readonly string[]
  readonly timeoutSeconds?: number
  readonly sha?: string
  readonly more?: Partial<JobPayload>
}

const variable = (key: string, value: string, more: Partial<JobVariable> = {}): JobVariable => ({
  key,
  value,
  public: true,
  file: false,
  masked: false,
  raw: false,
  ...more,
})

/** A job of project 7 as a server hands it out. Without a `sha` it wants no sources. */
export function jobPayload(wish: PayloadWish): JobPayload {
  const { id, lease = 1 } = wish
  const token = `glcbt-${id}-job-token-0123456789`
  const step = { timeout: 3600, allow_failure: false }
  return {
    id,
    token,
    allow_git_fetch: true,
    job_info: {
      id,
      name: 'job',
      stage: 'test',
      project_id: 7,
      project_name: 'my-project',
      project_full_path: 'my-group/my-project',
      time_in_queue_seconds: 0,
    },
    git_info: {
      repo_url: 'http://ci.example.com/my-group/my-project.git',
      ref: 'master',
      ref_type: 'branch',
      sha: wish.sha ?? '0'.repeat(40),
      before_sha: '0'.repeat(40),
      depth: 20,
      refspecs: [`+refs/pipelines/${id}:refs/pipelines/${id}`, '+refs/heads/master:refs/remotes/origin/master'],
      protected: false,
    },
    runner_info: { timeout: wish.timeoutSeconds ?? 3600 },
    variables: [
      ...(wish.sha === undefined ? [variable('GIT_STRATEGY', 'none')] : []),
      variable('CI_JOB_TOKEN', token, { public: false, masked: true }),
      ...Object.entries(wish.variables ?? {}).map(([key, value]) => variable(key, value)),
      ...Object.entries(wish.secrets ?? {}).map(([key, value]) =>
        variable(key, value, { public: false, masked: true, raw: true }),
      ),
    ],
    steps: [
      { ...step, name: 'script', script: wish.script ?? ['echo hello'], when: 'on_success' },
      ...(wish.afterScript === undefined
        ? []
        : [{ ...step, name: 'after_script' as const, script: wish.afterScript, when: 'always' as const }]),
    ],
    image: { name: wish.image ?? 'busybox' },
    services: (wish.services ?? []).map(name => ({ name })),
    artifacts: [],
    cache: [],
    credentials: [],
    dependencies: [],
    features: { trace_sections: true },
    slipway: {
      lease,
      lease_token: `slpl-${id}-${lease}-lease-token`,
      pipeline_id: id,
      trust_class: 'branch',
      pipeline_images: [],
      mirrors: [],
      registry: null,
      server_host: 'ci.example.com',
      upcoming: [],
    },
    ...wish.more,
  }
}
