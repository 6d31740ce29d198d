// From an event to a pipeline: a push, the API, a trigger token, a schedule, a bridge.
import type { Log } from '../kit/log.ts'
import type { MergeRequestFacts } from '../pipeline/context.ts'
import type { Diagnostic } from '../pipeline/model.ts'
import { type PushOptions, parsePushOptions } from '../pipeline/push-options.ts'
import type { BranchEnd } from './branch-end.ts'
import { zeroSha } from './creation-context.ts'
import type { MergeRequestRecord } from './merge-request-ports.ts'
import type { MergeRequests } from './merge-requests.ts'
import { missingPushes } from './missing-pushes.ts'
import type { PipelineSource } from './model.ts'
import { pipelineRequest } from './pipeline-request.ts'
import type { Clock, Directory, Repositories } from './ports.ts'
import type { PipelineRecord, Ref, RunVariable } from './records.ts'
import type { ServedRefs } from './store-ports.ts'

export type RefChange = {
  readonly ref: Ref
  /** 40 zeros: created. */
  readonly before: string
  /** 40 zeros: deleted. */
  readonly after: string
}

export type Push = {
  readonly projectId: number
  /** Null: a deploy token or the server itself. */
  readonly userId: number | null
  readonly changes: readonly RefChange[]
  /** As git hands them over: `ci.skip`, `ci.variable=A=1`. */
  readonly pushOptions: readonly string[]
}

export type PipelineRequest = {
  readonly projectId: number
  readonly ref: Ref
  /** Null: what the ref points to now. */
  readonly sha: string | null
  /** 40 zeros when not known. */
  readonly beforeSha: string
  readonly source: PipelineSource
  readonly userId: number | null
  readonly variables: readonly RunVariable[]
  readonly inputs: Readonly<Record<string, unknown>>
  /** `git push -o ci.skip`. */
  readonly isSkipAsked: boolean
  readonly scheduleId: number | null
  readonly scheduleVariables: readonly RunVariable[]
  readonly scheduleDescription: string | null
  readonly triggerShortToken: string | null
  /** Of a child or downstream pipeline: the bridge, or the job whose token asked for it. */
  readonly upstream: {
    readonly pipelineId: number
    readonly projectId: number
    readonly jobId: number
    readonly isChild: boolean
    readonly isBridge: boolean
  } | null
  /** Stands for the repository's file: a child pipeline's `include`. */
  readonly config: string | null
  /** Of the pipeline of a merge request, and of its children. */
  readonly mergeRequest?: MergeRequestFacts | null
}

/** `none`: valid, but nothing would run; nothing is kept. `invalid`: kept as a failed pipeline with its mistakes. */
export type PipelineCreation =
  | { readonly kind: 'created'; readonly pipeline: PipelineRecord }
  | { readonly kind: 'skipped'; readonly pipeline: PipelineRecord }
  | { readonly kind: 'invalid'; readonly pipeline: PipelineRecord }
  | {
      readonly kind: 'none'
      readonly reason: 'workflow' | 'no_jobs' | 'no_file' | 'ci_disabled' | 'no_commit' | 'forbidden'
      readonly message: string
    }

export type Trigger = {
  /** Before git changes the refs: notes who pushes what, in case the server dies between that and `createForPush`. */
  readonly announcePush: (push: Push) => Promise<void>
  /** Never throws for what the file says. Answers the lines that git shows as `remote: …`. */
  readonly createForPush: (push: Push) => Promise<readonly string[]>
  /** Pushes whose pipeline was never made, as after a crash between the two. */
  readonly createMissing: () => Promise<void>
}

/** GitLab's limit: further refs of one push get none. */
const maxRefs = 4

export function createTrigger(deps: {
  readonly createPipeline: (request: PipelineRequest) => Promise<PipelineCreation>
  readonly mergeRequests: MergeRequests
  readonly endBranch: BranchEnd
  readonly servedRefs: ServedRefs
  readonly repositories: Pick<Repositories, 'refs' | 'resolve'>
  readonly directory: Pick<Directory, 'project' | 'projectIds'>
  /** Of a pipeline in the web. */
  readonly pipelineUrl: (projectPath: string, pipelineId: number) => string
  readonly clock: Clock
  readonly log: Log
}): Trigger {
  const { servedRefs, repositories, directory, log } = deps

  async function createForChange(push: Push, change: RefChange, wishes: PushOptions): Promise<readonly string[]> {
    const { projectId } = push
    try {
      const sha = await commitOf(repositories, projectId, change)
      const creation = await deps.createPipeline(requestFor(push, change, sha, wishes))
      if (creation.kind === 'none') await servedRefs.mark(projectId, change.ref, sha)
      const project = await directory.project(projectId)
      return linesFor(change.ref.name, creation, id => deps.pipelineUrl(project?.project.fullPath ?? '', id))
    } catch (error) {
      log.error({ err: error, projectId, ref: change.ref.name }, 'a push got no pipeline')
      return [`No pipeline for ${change.ref.name}: the server made a mistake, and tries again when it is restarted.`]
    }
  }

  /** Merge requests first: the pipelines of their branches are told of them. */
  async function followAll(
    push: Push,
    lines: string[],
  ): Promise<ReadonlyMap<RefChange, readonly MergeRequestRecord[]>> {
    const toRun = new Map<RefChange, readonly MergeRequestRecord[]>()
    for (const change of push.changes) {
      try {
        const followed = await deps.mergeRequests.follow(push, change)
        lines.push(...followed.lines)
        toRun.set(change, followed.toRun)
      } catch (error) {
        log.error(
          { err: error, projectId: push.projectId, ref: change.ref.name },
          'merge requests do not know of a push',
        )
      }
    }
    return toRun
  }

  /** A request without jobs of its own has no pipeline, and nothing is said of it. */
  async function createForMergeRequest(push: Push, mergeRequest: MergeRequestRecord): Promise<readonly string[]> {
    const { projectId, userId } = push
    try {
      const creation = await deps.mergeRequests.run(mergeRequest, { userId })
      if (creation.kind === 'none') return []
      const project = await directory.project(projectId)
      const name = `merge request !${mergeRequest.iid}`
      return linesFor(name, creation, id => deps.pipelineUrl(project?.project.fullPath ?? '', id))
    } catch (error) {
      log.error({ err: error, projectId, iid: mergeRequest.iid }, 'a merge request got no pipeline')
      return [`No pipeline for merge request !${mergeRequest.iid}: the server made a mistake.`]
    }
  }

  async function endRef({ projectId, userId }: Push, { ref }: RefChange): Promise<void> {
    await servedRefs.mark(projectId, ref, null)
    if (ref.kind === 'branch') await deps.endBranch(projectId, ref.name, { userId })
  }

  async function createForPush(push: Push): Promise<readonly string[]> {
    const { projectId } = push
    const changes = push.changes.filter(change => change.after !== zeroSha)
    const wishes = parsePushOptions(push.pushOptions)
    const served = wishes.isNoPipelineAsked ? [] : changes.slice(0, maxRefs)
    const rest = changes.slice(served.length)
    const lines: string[] = []
    const toRun = await followAll(push, lines)
    for (const change of served) {
      lines.push(...(await createForChange(push, change, wishes)))
      for (const each of toRun.get(change) ?? []) lines.push(...(await createForMergeRequest(push, each)))
    }
    for (const change of rest) {
      await servedRefs.mark(projectId, change.ref, await commitOf(repositories, projectId, change))
    }
    for (const change of push.changes) {
      if (change.after === zeroSha) await endRef(push, change)
    }
    if (rest.length > 0 && !wishes.isNoPipelineAsked) {
      lines.push(`No pipelines for ${rest.length} more refs: one push makes at most ${maxRefs}.`)
    }
    return lines
  }

  return {
    announcePush: push => servedRefs.announce(push, deps.clock.now().toISOString()),
    createForPush,
    async createMissing() {
      for (const projectId of await directory.projectIds()) {
        try {
          for (const push of await missingPushes({ servedRefs, repositories }, projectId)) await createForPush(push)
        } catch (error) {
          log.error({ err: error, projectId }, 'the pushes of a project could not be looked through')
        }
      }
    },
  }
}

/** What a branch was pushed to, or the commit behind a tag. */
async function commitOf(
  repositories: Pick<Repositories, 'resolve'>,
  projectId: number,
  change: RefChange,
): Promise<string> {
  if (change.ref.kind === 'branch') return change.after
  return (await repositories.resolve(projectId, change.ref)) ?? change.after
}

function requestFor(push: Push, change: RefChange, sha: string, wishes: PushOptions): PipelineRequest {
  return pipelineRequest({
    projectId: push.projectId,
    ref: change.ref,
    sha,
    beforeSha: change.before,
    source: 'push',
    userId: push.userId,
    variables: wishes.variables.map(({ key, value }) => ({ key, value, type: 'env_var', raw: false })),
    inputs: wishes.inputs,
    isSkipAsked: wishes.isSkipAsked,
  })
}

const maxMistakes = 10

function linesFor(name: string, creation: PipelineCreation, urlOf: (id: number) => string): readonly string[] {
  if (creation.kind === 'none') {
    if (creation.reason !== 'no_file') return [`No pipeline for ${name}: ${creation.message}`]
    return [`No pipeline for ${name}: add a .gitlab-ci.yml to have it built, tested and deployed.`]
  }
  const { iid, id, errors, warnings } = creation.pipeline
  const title = `Pipeline #${iid} for ${name}`
  if (creation.kind === 'created') return [`${title}: ${urlOf(id)}`, ...listOf(warnings, 'warning: ')]
  if (creation.kind === 'skipped') return [`${title} is skipped, as the push asks: ${urlOf(id)}`]
  return [`${title} failed, its file is not valid: ${urlOf(id)}`, ...listOf(errors, '')]
}

function listOf(diagnostics: readonly Diagnostic[], word: string): readonly string[] {
  const lines = diagnostics
    .slice(0, maxMistakes)
    .map(({ file, line, column, message }) => `  ${file}:${line}:${column}: ${word}${message}`)
  return diagnostics.length > maxMistakes ? [...lines, `  and ${diagnostics.length - maxMistakes} more`] : lines
}
