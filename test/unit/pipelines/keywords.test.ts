import { expect, it } from 'vitest'
import { allKeywords } from '../../../src/pipeline/keywords.ts'
import { readScenarios } from '../../support/pipelines/scenario.ts'
import { usedKeywords } from '../../support/pipelines/used-keywords.ts'
import { writtenFilesOf } from '../../support/pipelines/yaml-files.ts'

it('every keyword that is supported occurs in a scenario whose events are all valid', () => {
  const scenarios = readScenarios().filter(scenario => scenario.events.every(({ expected }) => !expected.errors))
  const used = new Set(scenarios.flatMap(writtenFilesOf).flatMap(file => [...usedKeywords(file)]))
  const missing = allKeywords().filter(each => each.isSupported && !used.has(each.keyword))
  expect(missing.map(each => each.keyword)).toEqual([])
})

it('every keyword that is refused is refused in a scenario', () => {
  const scenarios = readScenarios().filter(scenario => scenario.events.some(({ expected }) => expected.errors))
  const used = new Set(scenarios.flatMap(writtenFilesOf).flatMap(file => [...usedKeywords(file)]))
  const missing = allKeywords().filter(each => !each.isSupported && !used.has(each.keyword))
  expect(missing.map(each => each.keyword)).toEqual([])
})
