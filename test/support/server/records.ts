// Records of run state with everything unremarkable, for tests that look at one thing.
import type { JobRecord, PipelineRecord, RunnerRecord } from '../../../src/run/records.ts'

const at = '2026-01-01T00:00:00.000Z'

export function makeJob(change: Partial<JobRecord> = {}): JobRecord {
  return {
    id: 7,
    pipelineId: 3,
    projectId: 1,
    name: 'test',
    groupName: 'test',
    stage: 'test',
    stageIndex: 0,
    kind: 'build',
    status: 'running',
    allowFailure: false,
    isRetried: false,
    tags: [],
    userId: 1,
    runnerId: 1,
    lease: 1,
    hasBegun: false,
    failureReason: null,
    failureDetail: null,
    exitCode: null,
    message: null,
    coverage: null,
    environment: null,
    resourceGroup: null,
    downstreamPipelineId: null,
    createdAt: at,
    queuedAt: at,
    startedAt: at,
    finishedAt: null,
    scheduledAt: null,
    erasedAt: null,
    ...change,
  } as JobRecord
}

export function makePipeline(change: Partial<PipelineRecord> = {}): PipelineRecord {
  return {
    id: 3,
    projectId: 1,
    iid: 1,
    ref: { kind: 'branch', name: 'main' },
    sha: 'a'.repeat(40),
    beforeSha: '0'.repeat(40),
    source: 'push',
    status: 'running',
    hasWarnings: false,
    name: null,
    userId: 1,
    isProtected: false,
    commitTitle: 'Add a thing',
    stages: ['test'],
    errors: [],
    warnings: [],
    parentPipelineId: null,
    sourceJobId: null,
    scheduleId: null,
    createdAt: at,
    updatedAt: at,
    startedAt: at,
    finishedAt: null,
    durationSeconds: null,
    queuedSeconds: null,
    coverage: null,
    version: 1,
    ...change,
  } as PipelineRecord
}

export function makeRunner(change: Partial<RunnerRecord> = {}): RunnerRecord {
  return {
    id: 1,
    description: 'one',
    tags: ['docker'],
    runUntagged: true,
    isPaused: false,
    isProtectedOnly: false,
    scope: 'instance',
    projectIds: [],
    groupIds: [],
    contactedAt: null,
    version: null,
    platform: null,
    architecture: null,
    createdAt: at,
    ...change,
  } as RunnerRecord
}
