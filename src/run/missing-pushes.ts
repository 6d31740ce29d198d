// Refs that were changed without getting their pipelines: the server died in between. Who pushed them stands in the notes.
import type { Repositories } from './ports.ts'
import type { Ref } from './records.ts'
import type { PushNote, ServedRefs } from './store-ports.ts'

const zeroSha = '0'.repeat(40)

export async function missingPushes(
  deps: { readonly servedRefs: ServedRefs; readonly repositories: Pick<Repositories, 'refs'> },
  projectId: number,
): Promise<readonly PushNote[]> {
  const [served, notes, refs] = await Promise.all([
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
  const byNote = Map.groupBy([...changed, ...deleted], change => noteOf(notes, change.ref))
  return [...byNote].map(([note, changes]) => ({
    projectId,
    userId: note?.userId ?? null,
    pushOptions: note?.pushOptions ?? [],
    changes,
  }))
}

/** The last push that named the ref. */
function noteOf(notes: readonly PushNote[], ref: Ref): PushNote | undefined {
  return notes.findLast(note => note.changes.some(change => keyOf(change.ref) === keyOf(ref)))
}

function keyOf(ref: Ref): string {
  return `${ref.kind} ${ref.name}`
}
