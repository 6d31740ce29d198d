import { describe, expect, it } from 'vitest'
import { allKeywords } from '../../../src/pipeline/keywords.ts'
import { pipelineSchema } from '../../../src/pipeline/schema.ts'

describe('the schema for editors', () => {
  const schema = pipelineSchema()
  const properties = schema.properties as Readonly<Record<string, unknown>>
  const { job } = schema.definitions as {
    readonly job: { readonly anyOf: readonly [{ readonly properties: Readonly<Record<string, unknown>> }] }
  }

  it('knows the settings of the root and the keywords of jobs', () => {
    expect(Object.keys(properties)).toEqual(
      expect.arrayContaining(['stages', 'default', 'include', 'workflow', 'variables']),
    )
    expect(Object.keys(job.anyOf[0].properties)).toEqual(
      expect.arrayContaining(['script', 'needs', 'rules', 'artifacts']),
    )
    expect(job.anyOf[0].properties.when).toEqual({ enum: ['on_success', 'on_failure', 'always', 'manual', 'delayed'] })
  })

  it('forbids what is refused', () => {
    expect(job.anyOf[0].properties.secrets).toEqual({ not: {} })
  })

  it('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema)
  })

  it('comes from the table that is documented', () => {
    const documented = allKeywords().map(each => each.keyword)
    expect(Object.keys(properties).filter(key => !documented.includes(key))).toEqual([])
  })
})
