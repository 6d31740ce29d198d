// Branches and tags made through the API: as pushes, they are announced before they are there.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRefEditor } from '../../../src/git/ref-editor.ts'
import { type GitDoor, openGitDoor } from '../../support/git/door.ts'

let door: GitDoor
beforeAll(async () => {
  door = await openGitDoor()
})
afterAll(() => door.close())

it('a branch is announced before it is there, and its pipelines are made after', async () => {
  const { id } = await door.project('team/project')
  const copy = await door.workingCopy('copy')
  const sha = await copy.commit('one', { 'a.txt': 'one' })
  await copy.git('push', door.remote('team/project', 'root', await door.token(1)), 'main')
  const access = await door.accounts.access.project(root, id)
  if (access === null) throw new Error('root sees every project')
  const seen: string[] = []
  const look = async (when: string) =>
    void seen.push(`${when}: ${await door.repositories.resolve(id, { kind: 'branch', name: 'next' })}`)
  const editor = createRefEditor({
    access: door.accounts.access,
    repositories: door.repositories,
    reactions: {
      beforePush: () => look('before'),
      onPush: async () => {
        await look('after')
        return []
      },
      onFirstBranch: door.reactions.onFirstBranch,
    },
    turns: door.turns,
    people: { byId: async () => null },
    now: () => new Date(0),
  })
  await editor.createBranch({ actor: root, access }, 'next', 'main')
  expect(seen).toEqual(['before: null', `after: ${sha}`])
})

it('a push is announced with what it wants to change', async () => {
  await door.project('team/other')
  const copy = await door.workingCopy('other')
  const sha = await copy.commit('one', { 'a.txt': 'one' })
  await copy.git('push', door.remote('team/other', 'root', await door.token(1)), 'main')
  const change = { ref: { kind: 'branch', name: 'main' }, before: '0'.repeat(40), after: sha }
  expect(door.announced.at(-1)?.changes).toEqual([change])
})

const root = { kind: 'user', userId: 1, username: 'root', isAdmin: true, via: 'token', scopes: 'all' } as const
