// The merge request that a path names, and how it is shown.
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { Coordinator } from '../../run/coordinator.ts'
import type { MergeRequestRecord, MergeRequestStore } from '../../run/merge-request-ports.ts'
import type { Repositories } from '../../run/ports.ts'
import { badRequest, notFound } from '../plugins/errors.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, integerParameter } from '../schema.ts'
import { toMergeRequest } from './merge-request-entity.ts'
import { peopleOf, type RunView } from './run-view.ts'

export type MergeRequestsDeps = {
  readonly view: RunView
  readonly mergeRequests: MergeRequestStore
  readonly coordinator: Pick<Coordinator, 'runMergeRequest'>
  readonly repositories: Pick<Repositories, 'resolve'>
}

export const mergeRequestsPath = '/api/v4/projects/:id/merge_requests'
export const mergeRequestPath = `${mergeRequestsPath}/:merge_request_iid`
export const mergeRequestParams = Type.Object({ ...idParameter, merge_request_iid: integerParameter })
export const changeMergeRequests = { policy: { kind: 'project', action: 'change_merge_requests' } } as const

export async function mergeRequestOf(deps: MergeRequestsDeps, request: FastifyRequest): Promise<MergeRequestRecord> {
  const { merge_request_iid: iid } = request.params as { readonly merge_request_iid: number }
  const mergeRequest = await deps.mergeRequests.byIid(projectOf(request).project.id, iid)
  if (mergeRequest === null) throw notFound('Merge Request')
  return mergeRequest
}

export async function commitOf(
  deps: MergeRequestsDeps,
  projectId: number,
  name: string,
  field: string,
): Promise<string> {
  const sha = await deps.repositories.resolve(projectId, { kind: 'branch', name })
  if (sha === null) throw badRequest(`${field}: there is no branch '${name}'`)
  return sha
}

export async function showMergeRequest(
  { view }: MergeRequestsDeps,
  request: FastifyRequest,
  mergeRequest: MergeRequestRecord,
) {
  const { authorId, endedById } = mergeRequest
  const people = await peopleOf(view, [authorId, endedById])
  return toMergeRequest(mergeRequest, {
    projectPath: projectOf(request).project.fullPath,
    url: view.url,
    author: people.get(authorId) ?? null,
    endedBy: people.get(endedById) ?? null,
  })
}
