import { Compile } from 'typebox/schema'
import { describe, expect, it } from 'vitest'
import { pipelineSchema } from '../../../src/pipeline/schema.ts'
import { readScenarios } from '../../support/pipelines/scenario.ts'
import { writtenFilesOf } from '../../support/pipelines/yaml-files.ts'

// Editors check files as they are written. A file with a header is not checked: before its inputs are there, a number may be
// a text. One that only defines inputs (`spec:include` takes it) is no pipeline.

const validator = Compile(pipelineSchema())
const files = readScenarios().flatMap(scenario =>
  writtenFilesOf(scenario)
    .filter(({ header, root }) => header === null && !('inputs' in root))
    .map(({ path, root }) => ({
      name: `${scenario.name}/${path}`,
      root,
      isWrong: path === '.gitlab-ci.yml' && scenario.events.some(({ expected }) => expected.errors),
    })),
)

describe('the schema for editors', () => {
  it.each(files.filter(file => !file.isWrong))('takes $name, which is right', ({ root }) => {
    expect([...validator.Errors(root)[1]]).toEqual([])
  })

  it.each(['many-mistakes', 'refused-by-name'])('does not take %s', name => {
    const file = files.find(each => each.name === `${name}/.gitlab-ci.yml`)
    expect(validator.Check(file?.root)).toBe(false)
  })
})
