// Small rules about what jobs leave, get and ask for.
import { describe, expect, it } from 'vitest'
import { demandClassOf, mayServe } from '../../../src/run/demand.ts'
import { dependenciesOf, groupNameOf } from '../../../src/run/dependencies.ts'
import { parseDotenv } from '../../../src/run/dotenv.ts'
import { durationSeconds, meanCoverage } from '../../../src/run/duration.ts'
import type { RunnerRecord } from '../../../src/run/records.ts'

describe('a dotenv report', () => {
  const values = (text: string) => Object.fromEntries(parseDotenv(text).map(({ key, value }) => [key, value]))

  it('gives its values, the last of a key, without the blanks around (C13)', () => {
    expect(values('A=1\nB = two \nA=3\n')).toEqual({ A: '3', B: 'two' })
    expect(values('A="quoted"\r\nB=x=y\r\n')).toEqual({ A: '"quoted"', B: 'x=y' })
    expect(values('')).toEqual({})
  })

  it.each(['A=1\n\nB=2', '# comment', 'A', 'export A=1', '=1', 'A-B=1', 'A=1\n\n'])(
    '%j is refused as a whole',
    text => {
      expect(() => parseDotenv(text)).toThrow('Invalid Format')
    },
  )

  it('is bounded in size and number', () => {
    expect(() => parseDotenv(`A=${'x'.repeat(5118)}`)).toThrow('smaller than 5120 bytes')
    expect(parseDotenv(`A=${'x'.repeat(5117)}`)).toHaveLength(1)
    const many = (count: number) => Array.from({ length: count }, (_, index) => `K${index}=1`).join('\n')
    expect(parseDotenv(many(20))).toHaveLength(20)
    expect(() => parseDotenv(many(21))).toThrow('at most 20 variables')
  })
})

describe('the jobs whose artifacts a job gets', () => {
  const jobs = [
    ['a 1/2', 0],
    ['a 2/2', 0],
    ['b', 0],
    ['c', 1],
    ['d: [x, y]', 1],
  ].map(([name, stageIndex]) => ({
    rule: { name: String(name), stageIndex: Number(stageIndex) },
  }))
  const names = (plan: Parameters<typeof dependenciesOf>[0]) => dependenciesOf(plan, jobs).map(job => job.rule.name)
  const need = (job: string, artifacts = true) => ({ job, artifacts, optional: false })

  it('are all of earlier stages, unless dependencies or needs say otherwise', () => {
    expect(names({ needs: null, dependencies: null, stageIndex: 1 })).toEqual(['a 1/2', 'a 2/2', 'b'])
    expect(names({ needs: null, dependencies: [], stageIndex: 2 })).toEqual([])
    expect(names({ needs: null, dependencies: ['a', 'd'], stageIndex: 2 })).toEqual(['a 1/2', 'a 2/2', 'd: [x, y]'])
    expect(names({ needs: [need('b'), need('c', false)], dependencies: null, stageIndex: 2 })).toEqual(['b'])
    expect(names({ needs: [need('b'), need('c')], dependencies: ['c'], stageIndex: 2 })).toEqual(['c'])
    expect(names({ needs: [], dependencies: null, stageIndex: 2 })).toEqual([])
  })

  it('are known by their group', () => {
    expect(['a 1/2', 'd: [x, y]', 'plain', 'a/b 10/20'].map(groupNameOf)).toEqual(['a', 'd', 'plain', 'a/b'])
  })
})

describe('a class of demand', () => {
  const runner: RunnerRecord = {
    id: 1,
    description: '',
    tags: ['docker', 'big'],
    runUntagged: false,
    isPaused: false,
    isProtectedOnly: false,
    scope: 'instance',
    projectIds: [],
    groupIds: [],
    contactedAt: null,
    version: null,
    platform: null,
    architecture: null,
    createdAt: '',
  }

  it('is the same for the same tags in any order, and names a queue', () => {
    expect(demandClassOf(['b', 'a', 'b'], false, null).key).toBe('a+b.branch')
    expect(demandClassOf([], true, 12).key).toBe('untagged.protected.project-12')
    expect(demandClassOf(['gpu:a100', 'x y'], true, null).key).toBe('gpu%3Aa100+x%20y.protected')
  })

  it('is served by a runner that has its tags, and may take its refs', () => {
    expect(mayServe(runner, demandClassOf(['docker'], false, null))).toBe(true)
    expect(mayServe(runner, demandClassOf(['docker', 'gpu'], false, null))).toBe(false)
    expect(mayServe(runner, demandClassOf([], false, null))).toBe(false)
    expect(mayServe({ ...runner, runUntagged: true }, demandClassOf([], false, null))).toBe(true)
    expect(mayServe({ ...runner, isProtectedOnly: true }, demandClassOf(['docker'], false, null))).toBe(false)
    expect(mayServe({ ...runner, isPaused: true }, demandClassOf(['docker'], false, null))).toBe(false)
  })
})

describe('a pipeline that has ended', () => {
  const span = (from: number, to: number) => ({
    startedAt: new Date(from * 1000).toISOString(),
    finishedAt: new Date(to * 1000).toISOString(),
  })

  it('took the time in which something ran, overlaps once and gaps not at all', () => {
    expect(durationSeconds([span(0, 10), span(5, 20), span(30, 40), span(32, 35)])).toBe(30)
    expect(durationSeconds([])).toBe(0)
  })

  it('has the mean coverage of the jobs that tell theirs', () => {
    expect(meanCoverage([80, 90.555, 70])).toBe(80.19)
    expect(meanCoverage([])).toBeNull()
  })
})
