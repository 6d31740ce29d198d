import { bridge, job } from './keywords/job.ts'
import { rootFields } from './keywords/root.ts'
import type { JsonSchema } from './keywords/shape.ts'

/** A JSON schema of `.gitlab-ci.yml` for editors, from the same table that checks the files. */
export function pipelineSchema(): JsonSchema {
  const { spec: _spec, ...settings } = rootFields
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: '.gitlab-ci.yml as Slipway reads it',
    type: 'object',
    properties: Object.fromEntries(Object.entries(settings).map(([key, field]) => [key, field.shape.schema])),
    // Hidden keys may hold anything.
    patternProperties: { '^\\.': {} },
    additionalProperties: { $ref: '#/definitions/job' },
    definitions: {
      job: { anyOf: [withReferences(job.schema), withReferences(bridge.schema)] },
      reference: { type: 'array', items: { type: 'string' }, minItems: 2 },
    },
  }
}

/** Where a map may stand, `!reference [.job, key]` may, too; editors read it as a list. */
function withReferences(jobSchema: JsonSchema): JsonSchema {
  const properties = Object.entries(jobSchema.properties as Readonly<Record<string, JsonSchema>>)
  return {
    ...jobSchema,
    properties: Object.fromEntries(
      properties.map(([key, schema]) => [
        key,
        takesMap(schema) ? { anyOf: [schema, { $ref: '#/definitions/reference' }] } : schema,
      ]),
    ),
  }
}

function takesMap({ type, anyOf }: JsonSchema): boolean {
  return type === 'object' || (Array.isArray(anyOf) && anyOf.some(takesMap))
}
