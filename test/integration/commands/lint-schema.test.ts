import { join } from 'node:path'
import { execa } from 'execa'
import { Compile } from 'typebox/schema'
import { expect, it } from 'vitest'
import { pipelineSchema } from '../../../src/pipeline/schema.ts'

const launcher = join(import.meta.dirname, '../../../bin/slipway')

it('slipway lint --schema prints the schema for editors, which takes what is right and nothing else', async () => {
  // Standard input would be read by a lint; here it stays empty.
  const { exitCode, stdout } = await execa(launcher, ['lint', '--schema'], { input: '' })
  expect(exitCode).toBe(0)
  const schema = JSON.parse(stdout)
  expect(schema).toEqual(pipelineSchema())
  const validator = Compile(schema)
  expect(validator.Check({ stages: ['test'], unit: { stage: 'test', script: ['npm test'] } })).toBe(true)
  expect(validator.Check({ unit: { script: ['npm test'], when: 'sometimes' } })).toBe(false)
})
