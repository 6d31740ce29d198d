import type { DeploymentRecord, EnvironmentRecord } from '../records.ts'
import { type HookPlace, projectPart, projectUrl, userPart } from './hook-place.ts'

export function deploymentPayload(
  { deployment, environment }: { deployment: DeploymentRecord; environment: EnvironmentRecord },
  place: HookPlace,
) {
  return {
    object_kind: 'deployment',
    status: deployment.status,
    status_changed_at: deployment.updatedAt,
    deployment_id: deployment.id,
    deployable_id: deployment.jobId,
    deployable_url: deployment.jobId === null ? null : `${projectUrl(place)}/-/jobs/${deployment.jobId}`,
    environment: environment.name,
    environment_tier: environment.tier,
    environment_slug: environment.slug,
    environment_external_url: environment.externalUrl,
    project: projectPart(place),
    ref: deployment.ref.name,
    short_sha: deployment.sha.slice(0, 8),
    user: userPart(place),
    commit_url: `${projectUrl(place)}/-/commit/${deployment.sha}`,
  }
}
