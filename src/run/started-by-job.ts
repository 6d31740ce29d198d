// A pipeline that a job started with its token is downstream of the job's. A file whose jobs start its own pipeline would go
// on without end: the chain is cut.
import { runError } from './errors.ts'
import type { RunReader } from './store-ports.ts'
import type { PipelineRequest } from './trigger.ts'

type Reader = Pick<RunReader, 'job' | 'pipeline'>

const longestChain = 10

/** @throws AppError `chain_too_long` */
export async function startedByJob(reader: Reader, jobId: number): Promise<PipelineRequest['upstream']> {
  const job = await reader.job(jobId)
  if (job === null) return null
  if ((await pipelinesAbove(reader, job.pipelineId)) >= longestChain) throw runError('chain_too_long')
  return { pipelineId: job.pipelineId, projectId: job.projectId, jobId, isChild: false, isBridge: false }
}

/** The pipeline itself counts, too. */
async function pipelinesAbove(reader: Reader, pipelineId: number): Promise<number> {
  let count = 0
  for (let id: number | null = pipelineId; id !== null && count < longestChain; count += 1) {
    const sourceJobId: number | null = (await reader.pipeline(id))?.sourceJobId ?? null
    id = sourceJobId === null ? null : ((await reader.job(sourceJobId))?.pipelineId ?? null)
  }
  return count
}
