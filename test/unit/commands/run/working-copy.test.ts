import { describe, expect, it } from 'vitest'
import { pathOfRemote } from '../../../../src/commands/run/working-copy.ts'

describe('the project of a working copy', () => {
  it.each([
    ['git@git.example.com:acme/widgets.git', 'acme/widgets'],
    ['https://git.example.com/acme/tools/widgets.git', 'acme/tools/widgets'],
    ['https://user:token@git.example.com/acme/widgets/', 'acme/widgets'],
    ['ssh://git@git.example.com:2222/acme/widgets.git', 'acme/widgets'],
    ['/srv/git/widgets.git', null],
    ['../widgets', null],
    ['file:///srv/git/widgets.git', null],
    ['https://git.example.com/widgets', null],
  ])('of the remote %s is %s', (url, path) => {
    expect(pathOfRemote(url)).toBe(path)
  })
})
