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
    definitions: { job: { anyOf: [job.schema, bridge.schema] } },
  }
}
