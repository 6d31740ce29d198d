import type { MergeRequestFacts, PipelineContext } from '../context.ts'
import { plainLayer, type VariableLayer } from './layers.ts'
import { slugOf } from './slug.ts'

// Predefined variables of the project and the pipeline, with the names of GitLab 8.8 beside those of today. A variable
// that does not apply is absent, not empty: conditions tell the two apart.

/** CI, CI_SERVER_*, CI_PROJECT_*, CI_REGISTRY*, … */
export function projectPredefined(context: PipelineContext): VariableLayer {
  const { project, server } = context
  const url = new URL(server.url)
  const namespace = project.path.split('/').slice(0, -1).join('/')
  const [major = '', minor = '', patch = ''] = server.version.split('.')
  return plainLayer({
    CI: 'true',
    GITLAB_CI: 'true',
    GITLAB_FEATURES: '',
    CI_SERVER_NAME: server.name,
    CI_SERVER_VERSION: server.version,
    CI_SERVER_VERSION_MAJOR: major,
    CI_SERVER_VERSION_MINOR: minor,
    CI_SERVER_VERSION_PATCH: patch,
    CI_SERVER_REVISION: server.revision,
    CI_SERVER_URL: server.url,
    CI_SERVER_HOST: url.hostname,
    CI_SERVER_PORT: url.port || (url.protocol === 'https:' ? '443' : '80'),
    CI_SERVER_PROTOCOL: url.protocol.replace(':', ''),
    CI_SERVER_FQDN: url.host,
    CI_SERVER_SHELL_SSH_HOST: server.sshHost,
    CI_SERVER_SHELL_SSH_PORT: server.sshPort,
    CI_API_V4_URL: `${server.url}/api/v4`,
    CI_API_GRAPHQL_URL: `${server.url}/api/graphql`,
    CI_TEMPLATE_REGISTRY_HOST: 'registry.gitlab.com',
    CI_PROJECT_ID: project.id,
    CI_PROJECT_NAME: project.path.split('/').at(-1),
    CI_PROJECT_TITLE: project.title,
    CI_PROJECT_DESCRIPTION: project.description,
    CI_PROJECT_PATH: project.path,
    CI_PROJECT_PATH_SLUG: slugOf(project.path),
    CI_PROJECT_NAMESPACE: namespace,
    CI_PROJECT_NAMESPACE_ID: project.namespaceId,
    CI_PROJECT_NAMESPACE_SLUG: slugOf(namespace),
    CI_PROJECT_ROOT_NAMESPACE: namespace.split('/')[0],
    CI_PROJECT_URL: `${server.url}/${project.path}`,
    CI_PROJECT_VISIBILITY: project.visibility,
    CI_PROJECT_REPOSITORY_LANGUAGES: project.repositoryLanguages.join(',').toLowerCase(),
    CI_PROJECT_CLASSIFICATION_LABEL: '',
    CI_PROJECT_TOPICS: project.topics.join(','),
    CI_DEFAULT_BRANCH: project.defaultBranch,
    CI_DEFAULT_BRANCH_SLUG: slugOf(project.defaultBranch),
    CI_CONFIG_PATH: context.configPath,
    CI_CONFIG_REF_URI: `${url.host}/${project.path}//${context.configPath}@refs/${context.isTag ? 'tags' : 'heads'}/${context.ref}`,
    CI_REGISTRY: server.registryHost,
    CI_REGISTRY_IMAGE: server.registryHost && `${server.registryHost}/${project.path.toLowerCase()}`,
    ...pagesVariables(context, namespace),
  })
}

/** CI_PIPELINE_*, CI_COMMIT_*, CI_MERGE_REQUEST_*, and CI_BUILD_REF and its like. */
export function pipelinePredefined(context: PipelineContext): VariableLayer {
  const { commit, ref, sha, beforeSha, mergeRequest } = context
  const [title = '', ...rest] = commit.message.split('\n')
  return plainLayer({
    CI_PIPELINE_IID: context.pipelineIid,
    CI_PIPELINE_SOURCE: context.source,
    CI_PIPELINE_CREATED_AT: context.createdAt,
    CI_PIPELINE_SCHEDULE_DESCRIPTION: context.scheduleDescription,
    CI_PIPELINE_TRIGGERED: context.triggerShortToken === null ? null : 'true',
    CI_BUILD_TRIGGERED: context.triggerShortToken === null ? null : 'true',
    CI_TRIGGER_SHORT_TOKEN: context.triggerShortToken,
    CI_UPSTREAM_PIPELINE_ID: context.upstream?.pipelineId,
    CI_UPSTREAM_PROJECT_ID: context.upstream?.projectId,
    CI_UPSTREAM_JOB_ID: context.upstream?.jobId,
    CI_COMMIT_SHA: sha,
    CI_COMMIT_SHORT_SHA: sha.slice(0, 8),
    CI_COMMIT_BEFORE_SHA: beforeSha,
    CI_COMMIT_REF_NAME: ref,
    CI_COMMIT_REF_SLUG: slugOf(ref),
    CI_COMMIT_REF_PROTECTED: String(context.isRefProtected),
    CI_COMMIT_BRANCH: context.isTag || mergeRequest || context.source === 'merge_request_event' ? null : ref,
    CI_COMMIT_TAG: context.isTag ? ref : null,
    CI_COMMIT_TAG_MESSAGE: context.isTag ? (commit.tagMessage ?? '') : null,
    CI_COMMIT_MESSAGE: commit.message,
    CI_COMMIT_MESSAGE_IS_TRUNCATED: 'false',
    CI_COMMIT_TITLE: title,
    CI_COMMIT_DESCRIPTION: rest.join('\n').replace(/^\n+/, ''),
    CI_COMMIT_AUTHOR: commit.author,
    CI_COMMIT_TIMESTAMP: commit.timestamp,
    CI_BUILD_REF: sha,
    CI_BUILD_BEFORE_SHA: beforeSha,
    CI_BUILD_REF_NAME: ref,
    CI_BUILD_REF_SLUG: slugOf(ref),
    CI_BUILD_TAG: context.isTag ? ref : null,
    CI_OPEN_MERGE_REQUESTS: context.openMergeRequests?.join(',') || null,
    ...(mergeRequest ? mergeRequestVariables(context, mergeRequest) : {}),
  })
}

/** GITLAB_USER_*: stronger than the file's variables. */
export function userPredefined(context: PipelineContext): VariableLayer {
  const { user } = context
  return plainLayer({
    GITLAB_USER_ID: user?.id,
    GITLAB_USER_LOGIN: user?.login,
    GITLAB_USER_NAME: user?.name,
    GITLAB_USER_EMAIL: user?.email,
  })
}

function pagesVariables(context: PipelineContext, namespace: string): Record<string, string> {
  const domain = context.server.pagesDomain
  if (domain === null) return {}
  const host = `${namespace.split('/')[0]}.${domain}`
  const below = context.project.path.split('/').slice(1).join('/')
  return { CI_PAGES_DOMAIN: domain, CI_PAGES_HOSTNAME: host, CI_PAGES_URL: `https://${host}/${below}` }
}

function mergeRequestVariables(context: PipelineContext, facts: MergeRequestFacts): Record<string, string | null> {
  const url = context.server.url
  return {
    CI_MERGE_REQUEST_ID: facts.id,
    CI_MERGE_REQUEST_IID: facts.iid,
    CI_MERGE_REQUEST_PROJECT_ID: context.project.id,
    CI_MERGE_REQUEST_PROJECT_PATH: context.project.path,
    CI_MERGE_REQUEST_PROJECT_URL: `${url}/${context.project.path}`,
    CI_MERGE_REQUEST_REF_PATH: `refs/merge-requests/${facts.iid}/head`,
    CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: facts.sourceBranch,
    CI_MERGE_REQUEST_SOURCE_BRANCH_PROTECTED: String(facts.isSourceBranchProtected),
    CI_MERGE_REQUEST_SOURCE_PROJECT_ID: facts.sourceProjectId,
    CI_MERGE_REQUEST_SOURCE_PROJECT_PATH: facts.sourceProjectPath,
    CI_MERGE_REQUEST_SOURCE_PROJECT_URL: `${url}/${facts.sourceProjectPath}`,
    CI_MERGE_REQUEST_TARGET_BRANCH_NAME: facts.targetBranch,
    CI_MERGE_REQUEST_TARGET_BRANCH_PROTECTED: String(facts.isTargetBranchProtected),
    CI_MERGE_REQUEST_TARGET_BRANCH_SHA: facts.targetBranchSha,
    CI_MERGE_REQUEST_TITLE: facts.title,
    CI_MERGE_REQUEST_DESCRIPTION: facts.description,
    CI_MERGE_REQUEST_DESCRIPTION_IS_TRUNCATED: 'false',
    CI_MERGE_REQUEST_LABELS: facts.labels.length > 0 ? facts.labels.join(',') : null,
    CI_MERGE_REQUEST_ASSIGNEES: facts.assignees.length > 0 ? facts.assignees.join(', ') : null,
    CI_MERGE_REQUEST_MILESTONE: facts.milestone,
    CI_MERGE_REQUEST_DRAFT: String(facts.isDraft),
    CI_MERGE_REQUEST_SQUASH_ON_MERGE: String(facts.isSquashOnMerge),
    CI_MERGE_REQUEST_DIFF_BASE_SHA: facts.diffBaseSha,
    CI_MERGE_REQUEST_EVENT_TYPE: 'detached',
  }
}
