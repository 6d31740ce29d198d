// Groups and namespaces as GitLab's API shows them.
import { Type } from '@fastify/type-provider-typebox'
import type { Group } from '../../access/model.ts'
import { nullableInteger, nullableString, visibility } from '../schema.ts'

export const groupEntity = Type.Object({
  id: Type.Integer(),
  web_url: Type.String(),
  name: Type.String(),
  path: Type.String(),
  description: Type.String(),
  visibility,
  full_name: Type.String(),
  full_path: Type.String(),
  parent_id: nullableInteger,
  created_at: Type.String(),
  avatar_url: nullableString,
  project_creation_level: Type.String(),
  subgroup_creation_level: Type.String(),
  request_access_enabled: Type.Boolean(),
  lfs_enabled: Type.Boolean(),
  shared_runners_setting: Type.String(),
})

export const namespaceEntity = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  path: Type.String(),
  kind: Type.String(),
  full_path: Type.String(),
  parent_id: nullableInteger,
  avatar_url: nullableString,
  web_url: Type.String(),
})

/** @param lineage the group itself, then those above it */
export function toGroup(group: Group, lineage: readonly Group[], url: string) {
  return {
    id: group.id,
    web_url: `${url}/groups/${group.fullPath}`,
    name: group.name,
    path: group.path,
    description: group.description,
    visibility: group.visibility,
    full_name: fullNameOf(lineage),
    full_path: group.fullPath,
    parent_id: group.parentId,
    created_at: group.createdAt,
    avatar_url: null,
    project_creation_level: 'developer',
    subgroup_creation_level: 'maintainer',
    request_access_enabled: false,
    lfs_enabled: false,
    shared_runners_setting: 'enabled',
  }
}

export function toNamespace(group: Group, url: string) {
  return {
    id: group.id,
    name: group.name,
    path: group.path,
    kind: group.kind,
    full_path: group.fullPath,
    parent_id: group.parentId,
    avatar_url: null,
    web_url: group.kind === 'user' ? `${url}/${group.fullPath}` : `${url}/groups/${group.fullPath}`,
  }
}

/** `Outer / Inner` */
export function fullNameOf(lineage: readonly Group[]): string {
  return lineage
    .map(group => group.name)
    .reverse()
    .join(' / ')
}
