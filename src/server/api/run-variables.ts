// Variables that somebody gives a pipeline or a job: in bodies as a list (or GitLab's older map), in answers as a list.
import { Type } from '@fastify/type-provider-typebox'
import type { RunVariable } from '../../run/records.ts'

export const variableBody = Type.Object({
  key: Type.String({ pattern: '^[A-Za-z0-9_]{1,255}$' }),
  value: Type.String({ maxLength: 100_000 }),
  variable_type: Type.Optional(Type.Union([Type.Literal('env_var'), Type.Literal('file')])),
  raw: Type.Optional(Type.Boolean()),
})

export const variableEntity = Type.Object({
  key: Type.String(),
  value: Type.String(),
  variable_type: Type.String(),
  raw: Type.Boolean(),
})

export type VariableBody = {
  readonly key: string
  readonly value: string
  readonly variable_type?: 'env_var' | 'file'
  readonly raw?: boolean
}

export function toRunVariable({ key, value, variable_type: type = 'env_var', raw = false }: VariableBody): RunVariable {
  return { key, value, type, raw }
}

export function toVariableEntity({ key, value, type, raw }: RunVariable) {
  return { key, value, variable_type: type, raw }
}
