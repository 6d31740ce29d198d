import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Actor } from '../../../src/access/model.ts'
import { createInstallation, type Installation } from '../../support/accounts/installation.ts'

let installation: Installation

beforeEach(async () => {
  installation = await createInstallation()
})
afterEach(() => installation.close())

const access = () => installation.accounts.access
const store = () => installation.accounts.stores

async function signIn(token: string): Promise<Actor> {
  const actor = await access().authenticate({ kind: 'token', token })
  if (actor === null) throw new Error('the token opens nothing')
  return actor
}

it('who is as they were goes on', async () => {
  const mia = await installation.user('mia')
  const actor = await signIn(await installation.token(mia.id, ['read_registry']))
  expect(await access().renew(actor)).toEqual(actor)
  expect(await access().renew({ kind: 'anonymous' })).toEqual({ kind: 'anonymous' })
})

it('who was blocked is nobody, and neither are their jobs', async () => {
  const mia = await installation.user('mia')
  const actor = await signIn(await installation.token(mia.id))
  const job: Actor = { kind: 'job', jobId: 1, projectId: 1, userId: mia.id, username: 'mia', isAdmin: false }
  expect(await access().renew(job)).toMatchObject(job)
  await store().users.update(mia.id, { state: 'blocked' })
  expect([await access().renew(actor), await access().renew(job)]).toEqual([null, null])
})

it('who is no administrator any more is told so', async () => {
  const ann = await installation.user('ann', { isAdmin: true })
  const actor = await signIn(await installation.token(ann.id))
  await store().users.update(ann.id, { isAdmin: false })
  expect(await access().renew(actor)).toMatchObject({ userId: ann.id, isAdmin: false })
})

it('a token that was revoked opens nothing, and leaves the others of its user alone', async () => {
  const mia = await installation.user('mia')
  const [first, second] = [await installation.token(mia.id), await installation.token(mia.id)]
  const [revoked, kept] = [await signIn(first), await signIn(second)]
  await store().accessTokens.revoke(revoked.kind === 'user' ? (revoked.tokenId ?? 0) : 0)
  expect([await access().renew(revoked), await access().renew(kept)]).toEqual([null, kept])
})

it('a deploy token that was revoked opens nothing', async () => {
  const { id: projectId } = await installation.project('group/app')
  const place = { kind: 'project', projectId } as const
  const wish = {
    place,
    name: 'robot',
    username: null,
    scopes: ['read_registry'],
    createdBy: 1,
    expiresAt: null,
  } as const
  const { id, username } = await store().deployTokens.create(wish, 'hash', '2026-01-01T00:00:00.000Z')
  const actor: Actor = { kind: 'deploy_token', tokenId: id, username, projectId, groupId: null, scopes: wish.scopes }
  expect(await access().renew(actor)).toEqual(actor)
  await store().deployTokens.revoke(id)
  expect(await access().renew(actor)).toBeNull()
})
