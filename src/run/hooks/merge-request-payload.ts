import type { MergeRequestRecord, MergeRequestState } from '../merge-request-ports.ts'
import {
  commitPart,
  type HookCommit,
  type HookPlace,
  projectPart,
  projectUrl,
  repositoryPart,
  userPart,
} from './hook-place.ts'

export type MergeRequestNews = {
  readonly before: MergeRequestRecord | null
  readonly after: MergeRequestRecord
  readonly commit: HookCommit | null
}

const stateIds: Readonly<Record<MergeRequestState, number>> = { opened: 1, closed: 2, merged: 3 }
const endings = { opened: 'reopen', closed: 'close', merged: 'merge' } as const

export function mergeRequestPayload(news: MergeRequestNews, place: HookPlace) {
  const { before, after, commit } = news
  const { projectId, authorId } = after
  const labels = after.labels.map(labelPart)
  return {
    object_kind: 'merge_request',
    event_type: 'merge_request',
    user: userPart(place),
    project: projectPart(place),
    repository: repositoryPart(place),
    object_attributes: {
      id: after.id,
      iid: after.iid,
      title: after.title,
      description: after.description,
      state: after.state,
      state_id: stateIds[after.state],
      draft: after.isDraft,
      work_in_progress: after.isDraft,
      source_branch: after.sourceBranch,
      target_branch: after.targetBranch,
      source_project_id: projectId,
      target_project_id: projectId,
      source: projectPart(place),
      target: projectPart(place),
      author_id: authorId,
      assignee_id: null,
      assignee_ids: [],
      reviewer_ids: [],
      milestone_id: null,
      created_at: after.createdAt,
      updated_at: after.updatedAt,
      last_commit: commit === null ? null : commitPart(commit, place),
      labels,
      // The page that `web_url` of the API leads to.
      url: `${projectUrl(place)}/-/pipelines?ref=${encodeURIComponent(after.sourceBranch)}`,
      action: actionOf(news),
      ...(before !== null && before.sha !== after.sha && { oldrev: before.sha }),
    },
    labels,
    changes: before === null ? {} : changesOf(before, after),
    assignees: [],
    reviewers: [],
  }
}

function actionOf({ before, after }: MergeRequestNews): string {
  if (before === null) return 'open'
  return before.state === after.state ? 'update' : endings[after.state]
}

/** Only titles: Slipway keeps no colours of labels. */
function labelPart(title: string) {
  return { title }
}

function changesOf(before: MergeRequestRecord, after: MergeRequestRecord) {
  const fields = [
    ['title', before.title, after.title],
    ['description', before.description, after.description],
    ['target_branch', before.targetBranch, after.targetBranch],
    ['state_id', stateIds[before.state], stateIds[after.state]],
    ['draft', before.isDraft, after.isDraft],
    ['labels', before.labels.map(labelPart), after.labels.map(labelPart)],
  ] as const
  const changed = fields.filter(([, previous, current]) => JSON.stringify(previous) !== JSON.stringify(current))
  return Object.fromEntries(changed.map(([name, previous, current]) => [name, { previous, current }]))
}
