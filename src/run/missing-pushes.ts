// Refs that were changed without getting their pipelines: the server died in between. Who made the last push stands in its note.
import { zeroSha } from './creation-context.ts'
import type { Repositories } from './ports.ts'
import type { Ref } from './records.ts'
import type { PushNote, ServedRefs } from './store-ports.ts'

export async function missingPushes(
  deps: { readonly servedRefs: ServedRefs; readonly repositories: Pick<Repositories, 'refs'> },
  projectId: number,
): Promise<readonly PushNote[]> {
  const [served, note, refs] = await Promise.all([
    deps.servedRefs.of(projectId),
    deps.servedRefs.announced(projectId),
    deps.repositories.refs(projectId),
  ])
  const servedShas = new Map(served.map(({ ref, sha }) => [keyOf(ref), sha]))
  const present = new Set(refs.map(({ ref }) => keyOf(ref)))
  const changed = refs
    .filter(({ ref, sha }) => servedShas.get(keyOf(ref)) !== sha)
    .map(({ ref, sha }) => ({ ref, before: servedShas.get(keyOf(ref)) ?? zeroSha, after: sha }))
  const deleted = served
    .filter(({ ref }) => !present.has(keyOf(ref)))
    .map(({ ref, sha }) => ({ ref, before: sha, after: zeroSha }))
  const byNote = Map.groupBy([...changed, ...deleted], change => (names(note, change.ref) ? note : null))
  return [...byNote].map(([pushed, changes]) => ({
    projectId,
    userId: pushed?.userId ?? null,
    pushOptions: pushed?.pushOptions ?? [],
    changes,
  }))
}

function names(note: PushNote | null, ref: Ref): boolean {
  return note?.changes.some(change => keyOf(change.ref) === keyOf(ref)) ?? false
}

function keyOf(ref: Ref): string {
  return `${ref.kind} ${ref.name}`
}
