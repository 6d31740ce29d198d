import type {
  CommitFacts,
  MergeRequestFacts,
  PipelineContext,
  ProjectFacts,
  ServerFacts,
  VariableLevels,
} from './context.ts'

const zeroSha = '0'.repeat(40)

export interface ContextOverrides
  extends Partial<Omit<PipelineContext, 'project' | 'commit' | 'server' | 'variables'>> {
  readonly project?: Partial<ProjectFacts>
  readonly commit?: Partial<CommitFacts>
  readonly server?: Partial<ServerFacts>
  readonly variables?: Partial<VariableLevels>
}

/** A push to `master` of `my-group/my-project`, with whatever is known better on top. */
export function contextOf(overrides: ContextOverrides = {}): PipelineContext {
  const context = withDefaults(overrides)
  if (context.source !== 'merge_request_event' || context.mergeRequest !== null) return context
  return { ...context, mergeRequest: firstMergeRequestOf(context) }
}

function withDefaults(overrides: ContextOverrides): PipelineContext {
  return {
    ref: 'master',
    isTag: false,
    isRefProtected: false,
    sha: zeroSha,
    beforeSha: zeroSha,
    source: 'push',
    configPath: '.gitlab-ci.yml',
    user: null,
    changedPaths: null,
    inputs: {},
    mergeRequest: null,
    upstream: null,
    isSkipAsked: false,
    pipelineIid: '',
    createdAt: '',
    scheduleDescription: null,
    triggerShortToken: null,
    defaultTimeoutSeconds: 3600,
    ...overrides,
    project: { ...defaultProject, ...overrides.project },
    commit: { ...defaultCommit, ...overrides.commit },
    server: { ...defaultServer, ...overrides.server },
    variables: { ...noVariables, ...overrides.variables },
  }
}

const defaultProject: ProjectFacts = {
  id: '',
  path: 'my-group/my-project',
  title: 'my-project',
  description: '',
  visibility: 'private',
  defaultBranch: 'master',
  namespaceId: '',
  topics: [],
  repositoryLanguages: [],
}

const defaultCommit: CommitFacts = { message: '', author: '', timestamp: '', tagMessage: null }

const defaultServer: ServerFacts = {
  url: 'http://127.0.0.1:8080',
  // The value that scripts expect of `CI_SERVER_NAME`.
  name: 'GitLab',
  version: '0.1.0',
  revision: '',
  registryHost: 'registry.example.com',
  sshHost: '127.0.0.1',
  sshPort: '22',
  pagesDomain: null,
}

const noVariables: VariableLevels = { instance: [], groups: [], project: [], pipeline: [], schedule: [] }

/** A merge request of the ref to the default branch. */
function firstMergeRequestOf({ ref, project }: PipelineContext): MergeRequestFacts {
  return {
    id: '1',
    iid: '1',
    sourceBranch: ref,
    sourceProjectId: project.id,
    sourceProjectPath: project.path,
    isSourceBranchProtected: false,
    targetBranch: project.defaultBranch,
    isTargetBranchProtected: true,
    targetBranchSha: zeroSha,
    diffBaseSha: zeroSha,
    title: '',
    description: '',
    labels: [],
    assignees: [],
    milestone: null,
    isDraft: false,
    isSquashOnMerge: false,
  }
}
