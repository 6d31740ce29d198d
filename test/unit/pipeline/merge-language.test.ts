import { describe, expect, it } from 'vitest'
import { jobOf, messagesOf, namesOf, planOf } from '../../support/pipeline.ts'

const deepBase = '.b: {script: a, image: i, variables: {A: 1, B: 1}, cache: {key: k, paths: [p]}}\n'

describe('extends', () => {
  it('merges maps deeply, replaces lists and scalars, and drops what the child sets to null', async () => {
    const job = await jobOf(
      `${deepBase}x: {extends: .b, script: [b], image: null, variables: {B: 2, A: null}, cache: {paths: [q]}}`,
      'x',
    )
    expect(job).toMatchObject({ script: ['b'], image: null })
    expect(job.variables).toEqual({ B: '2' })
    expect(job.cache).toMatchObject([{ key: 'k', paths: ['q'] }])
  })

  it('goes eleven levels deep and not twelve', async () => {
    const chain = (levels: number) =>
      `.x0: {script: a}\n${Array.from({ length: levels - 1 }, (_, at) => `.x${at + 1}: {extends: .x${at}}\n`).join('')}x: {extends: .x${levels - 1}}\n`
    expect(await namesOf(chain(11))).toEqual(['x'])
    expect((await messagesOf(chain(12)))[0]).toMatch(/^x: nesting too deep in 'extends'/)
    expect((await messagesOf(chain(40))).filter(message => message.includes('nesting too deep'))).not.toEqual([])
  })

  it('tells circles once, and unknown names with a suggestion', async () => {
    expect(await messagesOf('a: {extends: b}\nb: {extends: a}')).toEqual([
      "a: circular dependency detected in 'extends' (a → b → a)",
    ])
    expect(await messagesOf('.build: {script: a}\nx: {extends: .biuld}')).toEqual([
      "x: unknown keys in 'extends' (.biuld) (did you mean '.build'?)",
    ])
    expect((await messagesOf('x: {extends: {a: b}, script: a}'))[0]).toContain("'extends' should be a name")
  })
})

describe('!reference', () => {
  it('puts in lists that are flattened, of what has already been extended', async () => {
    const text = `
.a: {script: [one]}
.b: {extends: .a, before_script: [!reference [.a, script], two]}
x: {script: [!reference [.b, script], !reference [.b, before_script], three]}`
    expect((await jobOf(text, 'x')).script).toEqual(['one', 'one', 'two', 'three'])
  })

  it('works in rules, variables and needs', async () => {
    const text = `
.c: {rules: [{if: $CI_COMMIT_BRANCH}], variables: {A: 1}}
a: {stage: build, script: a}
.n: {needs: [a]}
x: {script: a, rules: [!reference [.c, rules], {when: never}], variables: !reference [.c, variables], needs: !reference [.n, needs]}`
    expect(await jobOf(text, 'x')).toMatchObject({ variables: { A: '1' }, needs: [{ job: 'a' }] })
  })

  it('refuses circles, empty targets and paths that are no names', async () => {
    expect(
      (await messagesOf('a: {script: [!reference [b, script]]}\nb: {script: [!reference [a, script]]}'))[0],
    ).toContain('is part of a circular chain')
    expect((await messagesOf('.a: {script: false}\nx: {script: !reference [.a, script]}'))[0]).toContain(
      'could not be found',
    )
    expect((await messagesOf('x: {script: [!reference [[x], script]]}'))[0]).toContain('is not valid')
  })
})

describe('default and inherit', () => {
  it('gives a job what it lacks entirely, and nothing to one with an empty list', async () => {
    const text =
      'default: {image: d, before_script: [b], retry: 1, tags: [t]}\nx: {script: a, tags: []}\ny: {script: a, image: own}'
    expect(await jobOf(text, 'x')).toMatchObject({
      image: { name: 'd' },
      beforeScript: ['b'],
      tags: [],
      retry: { max: 1 },
    })
    expect(await jobOf(text, 'y')).toMatchObject({ image: { name: 'own' }, tags: ['t'] })
  })

  it('takes null as "inherit again", and `cache: {}` as a cache with the default key', async () => {
    const text = 'default: {image: d, cache: {paths: [p]}}\nx: {script: a, image: null, cache: {}}'
    expect(await jobOf(text, 'x')).toMatchObject({ image: { name: 'd' }, cache: [{ key: 'default', paths: [] }] })
  })

  it('still takes the older spelling at the root', async () => {
    const text = 'image: r\nservices: [s]\nbefore_script: [b]\nafter_script: [c]\ncache: {paths: [p]}\nx: {script: a}'
    expect(await jobOf(text, 'x')).toMatchObject({
      image: { name: 'r' },
      services: [{ name: 's' }],
      beforeScript: ['b'],
      afterScript: ['c'],
      cache: [{ paths: ['p'] }],
    })
  })

  it('is cut by inherit, for defaults and for root variables', async () => {
    const text = `
default: {image: d, tags: [t]}
variables: {A: 1, B: 2}
x: {script: a, inherit: {default: [tags], variables: [B]}}
y: {script: a, inherit: {default: false, variables: false}}`
    expect(await jobOf(text, 'x')).toMatchObject({ image: null, tags: ['t'], variables: { B: '2' } })
    expect(await jobOf(text, 'y')).toMatchObject({ image: null, tags: [], variables: {} })
    expect((await messagesOf('x: {script: a, inherit: {default: [imgae]}}'))[0]).toContain("did you mean 'image'?")
  })

  it('warns that a default timeout has no effect', async () => {
    const text = 'default: {timeout: 1h}\nx: {script: a}'
    expect((await jobOf(text, 'x')).timeoutSeconds).toBe(3600)
    expect((await jobOf(text.replace('1h', '2h'), 'x')).timeoutSeconds).toBe(3600)
  })
})

describe('stages', () => {
  it('are build, test, deploy between .pre and .post, and jobs come in their order', async () => {
    const text =
      'z: {stage: .post, script: a}\nd: {stage: deploy, script: a}\nt: {script: a}\np: {stage: .pre, script: a}'
    const plan = await planOf(text)
    expect(plan.stages).toEqual(['.pre', 'test', 'deploy', '.post'])
    expect(plan.jobs.map(job => job.name)).toEqual(['p', 't', 'd', 'z'])
  })

  it('may be written as types and type, may nest, and put .pre first wherever it is listed', async () => {
    expect((await planOf('types: [one, two]\nx: {type: two, script: a}')).stages).toEqual(['two'])
    const nested =
      'stages: [b, [a, .pre]]\nx: {stage: a, script: a}\ny: {stage: b, script: a}\nz: {stage: .pre, script: a}'
    expect((await planOf(nested)).stages).toEqual(['.pre', 'b', 'a'])
    expect((await messagesOf('stages: []\nx: {script: a}'))[0]).toBe('x job: chosen stage test does not exist')
    expect((await messagesOf('stages: [tset]\nx: {script: a}'))[0]).toContain("did you mean 'tset'?")
  })
})
