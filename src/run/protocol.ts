// What the server hands a runner at the claim: GitLab's job payload (`POST /api/v4/jobs/request`, 201) with Slipway's
// own facts beside it. The field names are the wire's.

export type JobVariable = {
  readonly key: string
  readonly value: string
  readonly public: boolean
  readonly file: boolean
  readonly masked: boolean
  /** True: `$` in the value is not expanded. */
  readonly raw: boolean
}

export type JobStep = {
  /** `script` holds before_script and script. */
  readonly name: 'script' | 'after_script' | 'release'
  readonly script: readonly string[]
  readonly timeout: number
  readonly when: 'on_success' | 'always'
  readonly allow_failure: boolean
}

export type JobImage = {
  readonly name: string
  readonly alias?: string
  readonly entrypoint?: readonly string[]
  readonly command?: readonly string[]
  readonly pull_policy?: readonly ('always' | 'if-not-present' | 'never')[]
  readonly variables?: readonly JobVariable[]
  readonly executor_opts?: { readonly docker?: { readonly platform?: string; readonly user?: string } }
}

export type JobArtifacts = {
  readonly name?: string
  readonly untracked?: boolean
  readonly paths?: readonly string[]
  readonly exclude?: readonly string[]
  readonly when?: 'on_success' | 'on_failure' | 'always'
  readonly expire_in?: string
  /** `archive` is the browsable zip; the others are reports. */
  readonly artifact_type: string
  readonly artifact_format: 'zip' | 'gzip' | 'raw'
}

export type JobCache = {
  readonly key: string
  readonly fallback_keys: readonly string[]
  readonly untracked: boolean
  readonly paths: readonly string[]
  readonly policy: 'pull-push' | 'pull' | 'push'
  readonly when: 'on_success' | 'on_failure' | 'always'
  /** With `key:files`: the key is computed in the working copy as SHA-1 over these files' blob ids. */
  /** `commit`: by the last commits that touched them instead of their contents. */
  readonly key_files?: {
    readonly files: readonly string[]
    readonly prefix: string
    readonly by?: 'content' | 'commit'
  }
  /** Protected and other refs share it. */
  readonly unprotect?: boolean
}

export type JobDependency = {
  readonly id: number
  readonly name: string
  readonly token: string
  readonly artifacts_file?: { readonly filename: string; readonly size: number }
}

export type JobPayload = {
  readonly id: number
  /** The job token: `CI_JOB_TOKEN`, `CI_BUILD_TOKEN`. For gitlab-runner also the lease token. */
  readonly token: string
  readonly allow_git_fetch: boolean
  readonly job_info: {
    readonly id: number
    readonly name: string
    readonly stage: string
    readonly project_id: number
    readonly project_name: string
    readonly project_full_path: string
    readonly time_in_queue_seconds: number
  }
  readonly git_info: {
    /** Without a token in it; the runner authenticates as `gitlab-ci-token` with `token`. */
    readonly repo_url: string
    readonly ref: string
    readonly ref_type: 'branch' | 'tag'
    readonly sha: string
    readonly before_sha: string
    readonly depth: number
    readonly refspecs: readonly string[]
    readonly protected: boolean
  }
  /** Seconds. */
  readonly runner_info: { readonly timeout: number }
  readonly variables: readonly JobVariable[]
  readonly steps: readonly JobStep[]
  /** Before the sources are fetched. */
  readonly hooks?: readonly { readonly name: 'pre_get_sources_script'; readonly script: readonly string[] }[]
  readonly image: JobImage | null
  readonly services: readonly JobImage[]
  readonly artifacts: readonly JobArtifacts[]
  readonly cache: readonly JobCache[]
  readonly credentials: readonly {
    readonly type: 'registry'
    readonly url: string
    readonly username: string
    readonly password: string
  }[]
  readonly dependencies: readonly JobDependency[]
  readonly features: { readonly trace_sections: boolean }
  readonly slipway: {
    readonly lease: number
    /** For trace, status, artifacts and caches; ends with the lease. */
    readonly lease_token: string
    readonly pipeline_id: number
    readonly trust_class: 'protected' | 'branch'
    /** Images that earlier jobs of this pipeline pushed to our registry: `host/path:tag` with its digest. */
    readonly pipeline_images: readonly { readonly reference: string; readonly digest: string }[]
    /** Host (with port unless 80/443) of the integrated registry as docker sees it, and whether it speaks TLS. */
    readonly registry: { readonly host: string; readonly tls: boolean; readonly ca: string | null } | null
    /**
     * Pull-through mirrors of Docker Hub for the job's own Docker: at an address that anybody can find, or under a name that
     * leads to this server where the runner gives it to its jobs.
     */
    readonly mirrors: readonly ({ readonly url: string } | { readonly name: string })[]
    /** Names by which jobs must reach this server, beside the registry's. */
    readonly server_host: string
    /** Images and services that the next stage will ask for, so that the runner can prepare them. */
    readonly upcoming: readonly { readonly image: string | null; readonly services: readonly string[] }[]
  }
}

/** `PUT /api/v4/jobs/:id` */
export type JobUpdate = {
  readonly token: string
  readonly state: 'running' | 'success' | 'failed' | 'canceled'
  readonly failure_reason?: string
  readonly exit_code?: number
  readonly slipway?: {
    readonly lease: number
    readonly failure_detail?: string
    readonly message?: string
    readonly coverage?: number
  }
}
