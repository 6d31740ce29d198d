// Pieces of schemas that many resources share.
import { Type } from '@fastify/type-provider-typebox'

export const nullableString = Type.Unsafe<string | null>({ type: ['string', 'null'] })
export const nullableInteger = Type.Unsafe<number | null>({ type: ['integer', 'null'] })

/** The parameter `:id` of a project or group: its number, or its URL-encoded full path. */
export const idParameter = { id: Type.String({ description: 'The id, or the URL-encoded full path.' }) }

export const integerParameter = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })

export const visibility = Type.Unsafe<'private' | 'internal' | 'public'>({
  type: 'string',
  enum: ['private', 'internal', 'public'],
})

/** `2026-12-31` */
export const date = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
export const nullableDate = Type.Unsafe<string | null>({
  type: ['string', 'null'],
  pattern: '^(\\d{4}-\\d{2}-\\d{2})?$',
})

/** The answer of a DELETE, as of GitLab. */
export const noContent = Type.Null({ description: 'Done.' })

export const accepted = Type.Object({ message: Type.String() })

export const sortQuery = { sort: Type.Optional(Type.Unsafe<'asc' | 'desc'>({ type: 'string', enum: ['asc', 'desc'] })) }

/** A flag in a query: `?owned=true`. */
export const flag = Type.Optional(Type.Boolean())

/** One of a closed set of words. */
export function oneOf<Word extends string>(words: readonly Word[], otherwise?: Word) {
  return Type.Unsafe<Word>({
    type: 'string',
    enum: [...words],
    ...(otherwise === undefined ? {} : { default: otherwise }),
  })
}
