// What may be said of a runner when it is made or changed.
import { Type } from '@fastify/type-provider-typebox'

const tagList = Type.Union([
  Type.String({ maxLength: 2000 }),
  Type.Array(Type.String({ maxLength: 255 }), { maxItems: 50 }),
])

export const runnerFields = {
  description: Type.Optional(Type.String({ maxLength: 1024 })),
  paused: Type.Optional(Type.Boolean()),
  locked: Type.Optional(Type.Boolean()),
  run_untagged: Type.Optional(Type.Boolean()),
  tag_list: Type.Optional(tagList),
  access_level: Type.Optional(Type.Union([Type.Literal('not_protected'), Type.Literal('ref_protected')])),
  maximum_timeout: Type.Optional(Type.Integer({ minimum: 600 })),
  maintenance_note: Type.Optional(Type.String({ maxLength: 1024 })),
}

export type RunnerFields = {
  readonly description?: string
  readonly paused?: boolean
  readonly run_untagged?: boolean
  readonly tag_list?: string | readonly string[]
  readonly access_level?: 'not_protected' | 'ref_protected'
}

/** GitLab takes a list, or one text with commas. */
export function tagsOf(list: string | readonly string[] | undefined): readonly string[] | undefined {
  if (list === undefined) return undefined
  const tags = (typeof list === 'string' ? list.split(',') : list).map(tag => tag.trim()).filter(tag => tag !== '')
  return [...new Set(tags)]
}
