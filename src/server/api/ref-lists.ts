// What lists of branches and of tags have in common.
import type { FastifyRequest } from 'fastify'
import type { Access } from '../../access/ports.ts'
import type { RefName } from '../../git/push.ts'
import type { RefEditor } from '../../git/ref-editor.ts'
import type { NamedRef, Repositories } from '../../git/repositories.ts'
import type { ReleaseStore } from '../../run/release-ports.ts'
import type { Page } from '../plugins/pagination.ts'
import { projectOf } from '../plugins/policy.ts'

export type RefsDeps = {
  readonly access: Access
  readonly repositories: Repositories
  readonly editor: RefEditor
  /** Tags tell theirs. */
  readonly releases?: Pick<ReleaseStore, 'byTag'>
  readonly url: string
}

/** GitLab's search: `^v1` begins, `1$` ends, anything else is held. */
export function matchesSearch(name: string, search: string | undefined): boolean {
  if (search === undefined || search === '') return true
  const text = search.replace(/^\^|\$$/g, '').toLowerCase()
  const lower = name.toLowerCase()
  if (search.startsWith('^')) return search.endsWith('$') ? lower === text : lower.startsWith(text)
  return search.endsWith('$') ? lower.endsWith(text) : lower.includes(text)
}

export async function shown<T>(
  refs: readonly NamedRef[],
  page: Page,
  view: (ref: NamedRef) => Promise<T | null>,
): Promise<T[]> {
  const views = await Promise.all(refs.slice(page.offset, page.offset + page.limit).map(view))
  return views.filter(each => each !== null)
}

export async function viewOf(
  { repositories }: RefsDeps,
  request: FastifyRequest,
  ref: RefName,
): Promise<NamedRef | null> {
  const all = await repositories.refs(projectOf(request).project.id, ref.kind)
  return all.find(each => each.ref.name === ref.name) ?? null
}

/** Who changes a ref, and where. */
export function editorPlace(request: FastifyRequest) {
  return { actor: request.actor, access: projectOf(request) }
}
