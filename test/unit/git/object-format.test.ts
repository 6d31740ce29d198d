import { describe, expect, it } from 'vitest'
import { demandSha, parseCommit, parseTag, parseTree } from '../../../src/git/object-format.ts'

describe('a commit', () => {
  it('gives its tree, parents, people with their own time zone, and the whole message', () => {
    const text = [
      `tree ${'1'.repeat(40)}`,
      `parent ${'2'.repeat(40)}`,
      `parent ${'3'.repeat(40)}`,
      'author Ann Example <ann@example.com> 1700000000 +0530',
      'committer Bob <bob@example.com> 1700000000 -0800',
      'gpgsig -----BEGIN PGP SIGNATURE-----',
      ' parent of nothing',
      ' -----END PGP SIGNATURE-----',
      '',
      'Title',
      '',
      'tree of the body',
    ].join('\n')
    const commit = parseCommit('f'.repeat(40), Buffer.from(text))
    expect(commit).toEqual({
      sha: 'f'.repeat(40),
      tree: '1'.repeat(40),
      parents: ['2'.repeat(40), '3'.repeat(40)],
      author: { name: 'Ann Example', email: 'ann@example.com', date: '2023-11-15T03:43:20.000+05:30' },
      committer: { name: 'Bob', email: 'bob@example.com', date: '2023-11-14T14:13:20.000-08:00' },
      message: 'Title\n\ntree of the body',
    })
  })

  it.each(['', 'tree x', 'author nobody', 'author A <a> 99999999999999999 +0000\n\nx', '\n\n'])(
    'that is broken (%j) is read without failing',
    text => {
      expect(() => parseCommit('f'.repeat(40), Buffer.from(text))).not.toThrow()
    },
  )
})

it('a tag gives its message without the signature', () => {
  const text = `object ${'1'.repeat(40)}\ntype commit\ntag v1\ntagger A <a@b> 0 +0000\n\nthe one\n-----BEGIN PGP SIGNATURE-----\nx\n`
  expect(parseTag(Buffer.from(text))).toMatchObject({ object: '1'.repeat(40), type: 'commit', message: 'the one' })
})

describe('a tree', () => {
  it('gives its entries', () => {
    const entry = (mode: string, name: string, fill: number) =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.alloc(20, fill)])
    const tree = parseTree(Buffer.concat([entry('100644', 'a file', 1), entry('40000', 'dir', 0x20)]))
    expect(tree).toEqual([
      { mode: '100644', name: 'a file', sha: '01'.repeat(20) },
      { mode: '040000', name: 'dir', sha: '20'.repeat(20) },
    ])
  })

  it('that is cut off ends', () => {
    expect(parseTree(Buffer.from('100644 name-without-end'))).toEqual([])
  })
})

it('only the 40 digits of a commit ever reach git', () => {
  for (const hostile of ['--output=/etc/passwd', 'HEAD', 'a'.repeat(39), `${'a'.repeat(40)}\n`, '']) {
    expect(() => demandSha(hostile)).toThrow('40 hex digits')
  }
})
