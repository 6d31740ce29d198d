import { describe, expect, it } from 'vitest'
import type { YamlNode } from '../../../src/pipeline/yaml/node.ts'
import { parseYaml } from '../../../src/pipeline/yaml/parse.ts'
import { plainOf } from '../../../src/pipeline/yaml/plain.ts'
import { positionOf } from '../../../src/pipeline/yaml/position.ts'

const sourceOf = (text: string) => ({ file: 'ci.yml', text })
const mistakesOf = (text: string) => parseYaml(sourceOf(text)).mistakes.map(mistake => mistake.message)

function read(text: string): unknown {
  const { documents, mistakes } = parseYaml(sourceOf(text))
  expect(mistakes).toEqual([])
  return documents[0] && plainOf(documents[0])
}

function scalar(text: string): Extract<YamlNode, { kind: 'scalar' }> {
  const node = parseYaml(sourceOf(text)).documents[0]
  if (node?.kind !== 'scalar') throw new Error(`no scalar: ${text}`)
  return node
}

describe('a plain scalar is read as Psych reads it', () => {
  it.each([
    ['yes', true, 'true'],
    ['On', true, 'true'],
    ['TRUE', true, 'true'],
    ['no', false, 'false'],
    ['Off', false, 'false'],
    ['y', 'y', 'y'],
    ['n', 'n', 'n'],
    ['010', 8, '8'],
    ['0x10', 16, '16'],
    ['0b11', 3, '3'],
    ['0o17', '0o17', '0o17'],
    ['1_000', 1000, '1000'],
    ['1,000', 1000, '1000'],
    ['-12', -12, '-12'],
    ['1e3', '1e3', '1e3'],
    ['1.0e+3', 1000, '1000.0'],
    ['1.10', 1.1, '1.1'],
    ['1.0', 1, '1.0'],
    ['.5', 0.5, '0.5'],
    ['12:30:45', 45045, '45045'],
    ['12:30', 45000, '45000'],
    ['08', '08', '08'],
    ['1.10.0', '1.10.0', '1.10.0'],
    [':sym', 'sym', 'sym'],
    ['~', null, ''],
    ['null', null, ''],
    ['Null', null, ''],
    ['.inf', Number.POSITIVE_INFINITY, 'Infinity'],
    ['a b c', 'a b c', 'a b c'],
  ])('%s', (text, value, asText) => {
    expect(scalar(text).value).toBe(value)
    expect(scalar(text).text).toBe(asText)
  })

  it('takes digits without end as text', () => {
    expect(scalar('1'.repeat(200_000)).type).toBe('string')
    expect(scalar(`${'9'.repeat(400)}:30`).type).toBe('string')
  })

  it('keeps all digits of a large number', () => {
    expect(scalar('123456789012345678901').text).toBe('123456789012345678901')
  })

  it('but a quoted or tagged one is text', () => {
    expect(read(`[ 'yes', "010", !!str 12, ! 5 ]`)).toEqual(['yes', '010', '12', '5'])
  })

  it('and a date is a mistake that names its class', () => {
    expect(mistakesOf('d: 2024-01-01')[0]).toContain('unspecified class: Date')
    expect(mistakesOf('t: 2024-01-01 10:00:00')[0]).toContain('unspecified class: Time')
    expect(mistakesOf('d: "2024-01-01"')).toEqual([])
  })
})

describe('a document', () => {
  it('takes the last of duplicate keys, in silence', () => {
    expect(read('a: 1\nb: 2\na: 3')).toEqual({ a: 3, b: 2 })
  })

  it('merges `<<` where it stands, shallowly, the first of several maps winning', () => {
    expect(read('b: &b {x: 1, m: {p: 1}}\nc: {<<: *b, m: {q: 2}}')).toHaveProperty('c', { x: 1, m: { q: 2 } })
    expect(read('b: &b {x: 1}\nc: {x: 2, <<: *b}')).toHaveProperty('c', { x: 1 })
    expect(read('a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b]}')).toHaveProperty('c', { x: 1, y: 2 })
    expect(read('c: {<<: text}')).toHaveProperty('c', { '<<': 'text' })
  })

  it('names an unknown alias, an unknown tag and a key that is a map', () => {
    expect(mistakesOf('a: *nope')).toEqual(['Unknown alias: nope'])
    expect(mistakesOf('a: !vault x')).toEqual(['unknown tag !vault: only !reference is known here'])
    expect(mistakesOf('? {a: b}\n: c')[0]).toContain('a key must be a single word')
  })

  it('keeps the place of every node', () => {
    const { documents } = parseYaml(sourceOf('a: 1\nb:\n  - x\n  - "y"\n'))
    const b = documents[0]?.kind === 'mapping' ? documents[0].entries.get('b')?.value : undefined
    const places = b?.kind === 'sequence' ? b.items.map(item => positionOf(item.place)) : []
    expect(places).toEqual([
      { line: 3, column: 5 },
      { line: 4, column: 5 },
    ])
  })

  it('tells where the syntax breaks', () => {
    const [mistake] = parseYaml(sourceOf('a: 1\nb: [1, 2\nc: 3\n')).mistakes
    expect(mistake?.message).toMatch(/^invalid YAML: /)
    expect(mistake && positionOf(mistake.place).line).toBeGreaterThan(1)
  })
})
