// A group or a project as a pair of columns, one of them null.
import type { Place } from '../../access/store-ports.ts'

export function columnsOf(place: Place): { readonly group_id: number | null; readonly project_id: number | null } {
  return place.kind === 'group'
    ? { group_id: place.groupId, project_id: null }
    : { group_id: null, project_id: place.projectId }
}

export function placeOf(row: { readonly group_id: number | null; readonly project_id: number | null }): Place {
  if (row.project_id !== null) return { kind: 'project', projectId: row.project_id }
  if (row.group_id !== null) return { kind: 'group', groupId: row.group_id }
  throw new Error('a row belongs to neither a group nor a project')
}

/** The column that finds a place's rows, with its value. */
export function keyOf(place: Place): readonly ['group_id' | 'project_id', number] {
  return place.kind === 'group' ? ['group_id', place.groupId] : ['project_id', place.projectId]
}
