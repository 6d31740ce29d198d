// Rows of a namespace: itself, its line of ancestors, its route.
import type { Group, Visibility } from '../../access/model.ts'
import type { Database } from '../database.ts'

export type NamespaceValues = {
  readonly parentId: number | null
  readonly kind: Group['kind']
  readonly ownerId: number | null
  readonly name: string
  readonly path: string
  readonly description: string
  readonly visibility: Visibility
  readonly at: string
}

/** Call it inside a transaction. */
export async function insertNamespace(database: Database, values: NamespaceValues): Promise<number> {
  const parent = values.parentId === null ? null : await parentPath(database, values.parentId)
  const fullPath = parent === null ? values.path : `${parent}/${values.path}`
  const { id } = await database
    .insertInto('namespace')
    .values({
      parent_id: values.parentId,
      kind: values.kind,
      owner_id: values.ownerId,
      name: values.name,
      path: values.path,
      full_path: fullPath,
      description: values.description,
      visibility: values.visibility,
      created_at: values.at,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await database
    .insertInto('route')
    .values({ path_key: fullPath.toLowerCase(), namespace_id: id, project_id: null })
    .execute()
  await database.insertInto('namespace_ancestor').values({ namespace_id: id, ancestor_id: id, depth: 0 }).execute()
  if (values.parentId !== null) await inheritAncestors(database, id, values.parentId)
  return id
}

/** Gives a namespace, and all that is in it, its new path. Call it inside a transaction. */
export async function renameNamespace(database: Database, id: number, path: string): Promise<void> {
  const before = await database
    .selectFrom('namespace')
    .where('id', '=', id)
    .select(['full_path', 'path'])
    .executeTakeFirstOrThrow()
  const parent = before.full_path.slice(0, before.full_path.length - before.path.length)
  const inside = await database
    .selectFrom('namespace')
    .innerJoin('namespace_ancestor', 'namespace_ancestor.namespace_id', 'namespace.id')
    .where('namespace_ancestor.ancestor_id', '=', id)
    .select(['namespace.id', 'namespace.full_path'])
    .execute()
  const ids = inside.map(row => row.id)
  const projects = await database
    .selectFrom('project')
    .where('namespace_id', 'in', ids)
    .select(['id', 'full_path'])
    .execute()
  const renamed = (fullPath: string) => parent + path + fullPath.slice(before.full_path.length)
  await database.updateTable('namespace').set({ path }).where('id', '=', id).execute()
  // Old routes go first: a new path may be what another part of the tree was called.
  await database
    .deleteFrom('route')
    .where(where =>
      where.or([where('namespace_id', 'in', ids), where('project_id', 'in', [0, ...projects.map(row => row.id)])]),
    )
    .execute()
  for (const row of inside) {
    const fullPath = renamed(row.full_path)
    await database.updateTable('namespace').set({ full_path: fullPath }).where('id', '=', row.id).execute()
    await database
      .insertInto('route')
      .values({ path_key: fullPath.toLowerCase(), namespace_id: row.id, project_id: null })
      .execute()
  }
  for (const row of projects) {
    const fullPath = renamed(row.full_path)
    await database.updateTable('project').set({ full_path: fullPath }).where('id', '=', row.id).execute()
    await database
      .insertInto('route')
      .values({ path_key: fullPath.toLowerCase(), namespace_id: null, project_id: row.id })
      .execute()
  }
}

async function parentPath(database: Database, parentId: number): Promise<string> {
  const row = await database
    .selectFrom('namespace')
    .where('id', '=', parentId)
    .select('full_path')
    .executeTakeFirstOrThrow()
  return row.full_path
}

async function inheritAncestors(database: Database, id: number, parentId: number): Promise<void> {
  const above = await database
    .selectFrom('namespace_ancestor')
    .where('namespace_id', '=', parentId)
    .selectAll()
    .execute()
  const rows = above.map(row => ({ namespace_id: id, ancestor_id: row.ancestor_id, depth: row.depth + 1 }))
  await database.insertInto('namespace_ancestor').values(rows).execute()
}
