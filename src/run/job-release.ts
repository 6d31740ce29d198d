// `release:` of a job whose script succeeded: the tag is made unless it is there, and the release is recorded. The job has
// succeeded only then, as on GitLab, where the release is the last step of the script.
import { AppError } from '../kit/errors.ts'
import { jobVariables } from '../pipeline/job-variables.ts'
import type { ReleaseLink, ReleasePlan } from '../pipeline/model.ts'
import { expandInRunner } from '../pipeline/variables/runner-expand.ts'
import { dependenciesOf } from './dependencies.ts'
import { runError } from './errors.ts'
import type { JobFacts, JobFactsSource } from './job-facts.ts'
import type { JobState } from './machine-model.ts'
import type { JobOutcome } from './model.ts'
import type { ArtifactFacts, Clock, Repositories, Surroundings } from './ports.ts'
import { mayTagStartPipeline } from './release-loop.ts'
import { type LinkType, linkTypes, type MakeTag, type NewReleaseLink, type ReleaseStore } from './release-ports.ts'
import { runtimeFactsOf } from './runtime-facts.ts'
import type { RunReader } from './store-ports.ts'

export type JobReleaseDeps = {
  readonly releases: ReleaseStore
  readonly makeTag: MakeTag
  readonly reader: Pick<RunReader, 'dotenv'>
  readonly facts: JobFactsSource
  readonly artifacts: Pick<ArtifactFacts, 'text'>
  readonly repositories: Pick<Repositories, 'resolve' | 'readFile'>
  readonly surroundings: Surroundings
  readonly clock: Clock
}

export type SucceededJob = {
  readonly pipelineId: number
  readonly job: JobState
  /** All latest attempts of the pipeline. */
  readonly jobs: readonly JobState[]
}

/** Answers how the job ended after all. Idempotent by the job: what it released is not released twice. */
export async function releaseOfJob(deps: JobReleaseDeps, succeeded: SucceededJob): Promise<JobOutcome> {
  try {
    const { pipelineId, job, jobs } = succeeded
    const jobFacts = await deps.facts.of(pipelineId, job)
    const { release } = jobFacts.plan
    if (release !== null) await makeRelease(deps, { ...jobFacts, job, jobs }, release)
    return { status: 'success' }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return {
      status: 'failed',
      failureReason: 'script_failure',
      failureDetail: null,
      exitCode: 1,
      message: `the script succeeded, but its release could not be made: ${error.message}`,
    }
  }
}

type Facts = JobFacts & { readonly job: JobState; readonly jobs: readonly JobState[] }

async function makeRelease(deps: JobReleaseDeps, facts: Facts, plan: ReleasePlan): Promise<void> {
  const { pipeline, job } = facts
  const { projectId } = pipeline
  const expand = await expanderOf(deps, facts)
  const tagName = expand(plan.tagName).trim()
  if (tagName === '') throw runError('release_refused', `release:tag_name '${plan.tagName}' is empty for this job`)
  const existing = await deps.releases.byTag(projectId, tagName)
  if (existing !== null && existing.jobId === job.id) return
  if (existing !== null) throw runError('release_exists', `the tag ${tagName} has a release already`)
  const sha = await tagCommit(deps, facts, tagName, {
    from: (plan.ref === null ? '' : expand(plan.ref)) || pipeline.sha,
    message: plan.tagMessage === null ? null : expand(plan.tagMessage),
  })
  const now = deps.clock.now().toISOString()
  const releasedAt = plan.releasedAt === null ? now : timeOf(expand(plan.releasedAt))
  await deps.releases.create({
    projectId,
    tagName,
    name: (plan.name === null ? '' : expand(plan.name)) || tagName,
    description: await descriptionOf(deps, facts, expand(plan.description)),
    sha,
    milestones: plan.milestones.map(expand),
    authorId: job.userId,
    jobId: job.id,
    createdAt: now,
    releasedAt,
    links: plan.links.map(link => linkOf(link, expand)),
  })
}

/** An existing tag is used as it is. */
async function tagCommit(
  { repositories, releases, makeTag }: JobReleaseDeps,
  { pipeline, job }: Facts,
  name: string,
  wish: { readonly from: string; readonly message: string | null },
): Promise<string> {
  const { projectId } = pipeline
  const tag = { kind: 'tag', name } as const
  const known = await repositories.resolve(projectId, tag)
  if (known !== null) return known
  const startsPipeline = await mayTagStartPipeline(releases, pipeline)
  await makeTag({ projectId, userId: job.userId, name, ...wish, startsPipeline })
  const made = await repositories.resolve(projectId, tag)
  if (made === null) throw runError('release_refused', `the tag ${name} is gone again`)
  return made
}

async function expanderOf(deps: JobReleaseDeps, facts: Facts): Promise<(text: string) => string> {
  const { plan, context, pipeline, job, jobs, playVariables } = facts
  const left = await deps.reader.dotenv(pipeline.id)
  const dotenv = dependenciesOf(plan, jobs).flatMap(each => left.get(each.id) ?? [])
  const runner = { id: job.runnerId ?? 0, description: '', tags: [] }
  const { surroundings } = deps
  const runtime = { pipeline, job, context, surroundings, runner, jobToken: '', dotenv, idTokens: [], playVariables }
  const variables = jobVariables(plan, context, runtimeFactsOf(runtime))
  const values = new Map(variables.map(variable => [variable.key, variable.value]))
  return text => expandInRunner(text, name => values.get(name) ?? '')
}

const looksLikePath = /^[^\s]{1,255}$/

/** A description that names a file is what the file holds: of the job's own artifacts, of those it got, or of the commit. */
async function descriptionOf(deps: JobReleaseDeps, facts: Facts, text: string): Promise<string> {
  if (!looksLikePath.test(text)) return text
  const path = text.replace(/^(\.\/)+/, '')
  const { pipeline, plan, job, jobs } = facts
  const sources = [
    job,
    ...dependenciesOf(plan, jobs)
      .filter(each => each.id !== job.id)
      .reverse(),
  ]
  for (const source of sources) {
    const found = await deps.artifacts.text({ pipelineId: pipeline.id, job: source.rule.name, path })
    if (found !== null) return found
  }
  return (await deps.repositories.readFile(pipeline.projectId, pipeline.sha, path)) ?? text
}

function linkOf(link: ReleaseLink, expand: (text: string) => string): NewReleaseLink {
  const type = link.linkType === null ? 'other' : expand(link.linkType)
  return {
    name: expand(link.name),
    url: expand(link.url),
    filepath: link.filepath === null ? null : expand(link.filepath),
    linkType: linkTypes.find((each): each is LinkType => each === type) ?? 'other',
  }
}

function timeOf(text: string): string {
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) throw runError('release_refused', `release:released_at '${text}' is no time`)
  return time.toISOString()
}
