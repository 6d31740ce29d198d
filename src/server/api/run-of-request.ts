// The pipeline or job that a path names, in the project that the policy let through; of another project it does not exist.
import type { FastifyRequest } from 'fastify'
import type { JobRecord, PipelineRecord } from '../../run/records.ts'
import type { Page as RunPage, RunReader } from '../../run/store-ports.ts'
import { notFound } from '../plugins/errors.ts'
import type { Page } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'

export async function pipelineOf(
  reads: Pick<RunReader, 'pipeline'>,
  request: FastifyRequest,
  pipelineId: number,
): Promise<PipelineRecord> {
  const pipeline = await reads.pipeline(pipelineId)
  if (pipeline === null || pipeline.projectId !== projectOf(request).project.id) throw notFound('Pipeline')
  return pipeline
}

export async function jobOf(reads: Pick<RunReader, 'job'>, request: FastifyRequest, jobId: number): Promise<JobRecord> {
  const job = await reads.job(jobId)
  if (job === null || job.projectId !== projectOf(request).project.id) throw notFound('Job')
  return job
}

/** Who acts, as run state remembers it. */
export function userIdOf(request: FastifyRequest): number | null {
  const { actor } = request
  return actor.kind === 'user' || actor.kind === 'job' ? actor.userId : null
}

/** The API counts by offset, run's stores by page. */
export function runPage({ limit, offset }: Page): RunPage {
  return { page: offset / limit + 1, perPage: limit }
}
