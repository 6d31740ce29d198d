// The parts of a job's payload that are its plan in the wire's words (GitLab's runner protocol).
import type { ArtifactsPlan, CachePlan, ImagePlan, JobPlan, ServicePlan } from '../pipeline/model.ts'
import type { JobArtifacts, JobCache, JobImage, JobStep } from './protocol.ts'

export function imageOf(image: ImagePlan): JobImage {
  const { name, entrypoint, pullPolicy, platform, user } = image
  return {
    name,
    ...(entrypoint !== null && { entrypoint }),
    ...(pullPolicy !== null && { pull_policy: pullPolicy }),
    ...((platform !== null || user !== null) && {
      executor_opts: { docker: { ...(platform !== null && { platform }), ...(user !== null && { user }) } },
    }),
  }
}

export function serviceOf(service: ServicePlan): JobImage {
  const variables = Object.entries(service.variables).map(([key, value]) => ({
    key,
    value,
    public: true,
    file: false,
    masked: false,
    raw: false,
  }))
  return {
    ...imageOf(service),
    ...(service.alias.length > 0 && { alias: service.alias.join(' ') }),
    ...(service.command !== null && { command: service.command }),
    ...(variables.length > 0 && { variables }),
  }
}

export function stepsOf(plan: JobPlan): readonly JobStep[] {
  const script: JobStep = {
    name: 'script',
    script: [...plan.beforeScript, ...plan.script],
    timeout: plan.timeoutSeconds,
    when: 'on_success',
    allow_failure: false,
  }
  if (plan.afterScript.length === 0) return [script]
  const after: JobStep = {
    ...script,
    name: 'after_script',
    script: plan.afterScript,
    when: 'always',
    allow_failure: true,
  }
  return [script, after]
}

export function artifactsOf(artifacts: ArtifactsPlan | null): readonly JobArtifacts[] {
  if (artifacts === null) return []
  const expiry = artifacts.expireInSeconds
  const expireIn = expiry === null ? {} : { expire_in: expiry === 'never' ? 'never' : `${expiry} seconds` }
  const archive: JobArtifacts = {
    name: artifacts.name,
    paths: artifacts.paths,
    exclude: artifacts.exclude,
    untracked: artifacts.untracked,
    when: artifacts.when,
    artifact_type: 'archive',
    artifact_format: 'zip',
    ...expireIn,
  }
  const reports = artifacts.reports.map(
    (report): JobArtifacts => ({
      name: reportNames[report.type] ?? `gl-${report.type.replaceAll('_', '-')}-report.json`,
      paths: report.paths,
      when: 'always',
      artifact_type: report.type === 'coverage_report' ? (report.format ?? 'cobertura') : report.type,
      artifact_format: reportFormat(report.type),
      ...expireIn,
    }),
  )
  return artifacts.paths.length > 0 || artifacts.untracked ? [archive, ...reports] : reports
}

/** GitLab's; the runner adds what the format adds. */
const reportNames: Readonly<Record<string, string>> = {
  junit: 'junit.xml',
  dotenv: '.env',
  coverage_report: 'cobertura-coverage.xml',
  codequality: 'gl-code-quality-report.json',
  cyclonedx: 'gl-sbom.cdx.json',
  metrics: 'metrics.txt',
  terraform: 'tfplan.json',
}

const gzippedReports = ['junit', 'metrics', 'dotenv', 'coverage_report', 'cyclonedx', 'annotations', 'repository_xray']

function reportFormat(type: string): JobArtifacts['artifact_format'] {
  return gzippedReports.includes(type) ? 'gzip' : 'raw'
}

const policies: readonly string[] = ['pull-push', 'pull', 'push']

/** @param expand reads variables: a policy may be written with one */
export function cacheOf(cache: CachePlan, expand: (text: string) => string): JobCache {
  const policy = expand(cache.policy)
  const { key } = cache
  return {
    key: typeof key === 'string' ? key : '',
    fallback_keys: cache.fallbackKeys,
    untracked: cache.untracked,
    paths: cache.paths,
    policy: (policies.includes(policy) ? policy : 'pull-push') as JobCache['policy'],
    when: cache.when,
    unprotect: cache.unprotect,
    ...(typeof key !== 'string' && { key_files: { files: key.files, prefix: key.prefix ?? '', by: key.by } }),
  }
}
