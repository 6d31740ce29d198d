// What pushes do to merge requests, and the pipelines of merge requests. Nothing is merged here: a request whose commits
// have come into the target branch is merged.
import type { MergeRequestFacts } from '../pipeline/context.ts'
import { zeroSha } from './creation-context.ts'
import { type MergeRequestOptions, mergeRequestOptionsOf } from './merge-request-options.ts'
import type { MergeRequestRecord, MergeRequestStore } from './merge-request-ports.ts'
import { pipelineRequest } from './pipeline-request.ts'
import type { Clock, Directory, Repositories } from './ports.ts'
import type { PipelineCreation, PipelineRequest, Push, RefChange } from './trigger.ts'

export type MergeRequests = {
  /** Before the pipelines of the push: opens, follows and ends requests; answers lines for git, and what is to be run. */
  readonly follow: (push: Push, change: RefChange) => Promise<Followed>
  /** The pipeline of a request at the commit of its source branch. It asks for no right. */
  readonly run: (mergeRequest: MergeRequestRecord, by: { readonly userId: number | null }) => Promise<PipelineCreation>
}

export type Followed = { readonly lines: readonly string[]; readonly toRun: readonly MergeRequestRecord[] }

export type MergeRequestsDeps = {
  readonly mergeRequests: MergeRequestStore
  readonly repositories: Pick<Repositories, 'resolve' | 'commit' | 'mergeBase' | 'pointMergeRequest'>
  readonly directory: Pick<Directory, 'project' | 'isProtected'>
  readonly createPipeline: (request: PipelineRequest) => Promise<PipelineCreation>
  readonly clock: Clock
}

const all = { page: 1, perPage: 100 }

export function createMergeRequests(deps: MergeRequestsDeps): MergeRequests {
  const { mergeRequests: store, repositories, clock } = deps
  const now = (): string => clock.now().toISOString()
  const by = (userId: number | null) => ({ userId, at: now() })

  async function isMerged({ projectId, targetBranch, sha }: MergeRequestRecord): Promise<boolean> {
    const target = await repositories.resolve(projectId, { kind: 'branch', name: targetBranch })
    return target !== null && (await repositories.mergeBase(projectId, target, sha)) === sha
  }

  /** Requests into the pushed branch may be merged by it. */
  async function endMerged({ projectId, userId }: Push, targetBranch: string): Promise<readonly string[]> {
    const { items } = await store.list(projectId, { state: 'opened', targetBranch }, all)
    const lines: string[] = []
    for (const each of items) {
      if (!(await isMerged(each))) continue
      await store.update(each, { state: 'merged' }, by(userId))
      lines.push(`Merge request !${each.iid} is merged: ${each.sourceBranch} is in ${targetBranch}.`)
    }
    return lines
  }

  async function closeAllFrom({ projectId, userId }: Push, sourceBranch: string): Promise<readonly string[]> {
    const { items } = await store.list(projectId, { state: 'opened', sourceBranch }, all)
    for (const each of items) await store.update(each, { state: 'closed' }, by(userId))
    return items.map(each => `Merge request !${each.iid} is closed: its branch ${sourceBranch} is gone.`)
  }

  /** Opens what the push asks for; a request of the same two branches that is open is changed. */
  async function open(push: Push, change: RefChange, wish: MergeRequestOptions): Promise<readonly string[]> {
    const { projectId } = push
    const source = change.ref.name
    const project = await deps.directory.project(projectId)
    const target = wish.target ?? project?.project.defaultBranch ?? 'main'
    if (target === source) return [`No merge request: ${source} cannot be merged into itself.`]
    if ((await repositories.resolve(projectId, { kind: 'branch', name: target })) === null) {
      return [`No merge request: there is no branch ${target} to merge ${source} into.`]
    }
    const { items } = await store.list(projectId, { state: 'opened', sourceBranch: source, targetBranch: target }, all)
    const known = items[0]
    const given = {
      ...(wish.title !== null && { title: wish.title }),
      ...(wish.description !== null && { description: wish.description }),
      ...(wish.labels.length > 0 && { labels: wish.labels }),
      ...(wish.isDraft && { isDraft: true }),
    }
    if (known !== undefined) {
      await store.update(known, given, by(push.userId))
      return [`Merge request !${known.iid} (${source} into ${target}) is open already.`]
    }
    const commit = await repositories.commit(projectId, change.after, null)
    const title = commit?.message.split('\n', 1)[0] || source
    const fresh = { title, description: '', labels: [], isDraft: false, ...given }
    const made = await store.create(
      { ...fresh, projectId, sourceBranch: source, targetBranch: target, sha: change.after, authorId: push.userId },
      now(),
    )
    return [`Merge request !${made.iid} (${source} into ${target}) is open.`]
  }

  async function factsOf(mergeRequest: MergeRequestRecord): Promise<MergeRequestFacts> {
    const { projectId, sourceBranch, targetBranch, sha } = mergeRequest
    const source = { kind: 'branch', name: sourceBranch } as const
    const target = { kind: 'branch', name: targetBranch } as const
    const [project, isSourceBranchProtected, isTargetBranchProtected, targetSha] = await Promise.all([
      deps.directory.project(projectId),
      deps.directory.isProtected(projectId, source),
      deps.directory.isProtected(projectId, target),
      repositories.resolve(projectId, target),
    ])
    const base = targetSha === null ? null : await repositories.mergeBase(projectId, targetSha, sha)
    return {
      id: String(mergeRequest.id),
      iid: String(mergeRequest.iid),
      sourceBranch,
      sourceProjectId: String(projectId),
      sourceProjectPath: project?.project.fullPath ?? '',
      isSourceBranchProtected,
      targetBranch,
      isTargetBranchProtected,
      targetBranchSha: targetSha ?? zeroSha,
      diffBaseSha: base ?? targetSha ?? zeroSha,
      title: mergeRequest.title,
      description: mergeRequest.description,
      labels: mergeRequest.labels,
      assignees: [],
      milestone: null,
      isDraft: mergeRequest.isDraft,
      isSquashOnMerge: false,
    }
  }

  return {
    async follow(push, change) {
      const { projectId } = push
      const { name, kind } = change.ref
      if (kind !== 'branch') return { lines: [], toRun: [] }
      if (change.after === zeroSha) return { lines: await closeAllFrom(push, name), toRun: [] }
      const wish = mergeRequestOptionsOf(push.pushOptions)
      const lines = wish === null ? [] : [...(await open(push, change, wish))]
      const { items } = await store.list(projectId, { state: 'opened', sourceBranch: name }, all)
      const moved = items.filter(({ sha }) => sha !== change.after)
      for (const each of moved) await store.update(each, { sha: change.after }, by(push.userId))
      lines.push(...(await endMerged(push, name)))
      return { lines, toRun: items.map(each => ({ ...each, sha: change.after })) }
    },
    async run(mergeRequest, { userId }) {
      await repositories.pointMergeRequest(mergeRequest.projectId, mergeRequest.iid, mergeRequest.sha)
      const request = pipelineRequest({
        projectId: mergeRequest.projectId,
        ref: { kind: 'branch', name: mergeRequest.sourceBranch },
        sha: mergeRequest.sha,
        source: 'merge_request_event',
        userId,
        mergeRequest: await factsOf(mergeRequest),
      })
      return await deps.createPipeline(request)
    },
  }
}
