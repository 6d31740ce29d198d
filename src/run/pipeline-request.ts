// A request for a pipeline, with what most of them leave open.
import { zeroSha } from './creation-context.ts'
import type { PipelineRequest } from './trigger.ts'

export type PipelineWish = Pick<PipelineRequest, 'projectId' | 'ref' | 'source' | 'userId'> & Partial<PipelineRequest>

/** For what the ref points to now, unless the wish says more. */
export function pipelineRequest(wish: PipelineWish): PipelineRequest {
  return {
    sha: null,
    beforeSha: zeroSha,
    variables: [],
    inputs: {},
    isSkipAsked: false,
    scheduleId: null,
    scheduleVariables: [],
    scheduleDescription: null,
    triggerShortToken: null,
    upstream: null,
    config: null,
    ...wish,
  }
}
