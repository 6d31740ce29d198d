import { expect, it } from 'vitest'
import type { Actor } from '../../../../src/access/model.ts'
import { createPushReactions } from '../../../../src/commands/compose/push-reactions.ts'
import type { Push } from '../../../../src/git/ports.ts'
import type { Push as TriggerPush } from '../../../../src/run/trigger.ts'

const person: Actor = { kind: 'user', userId: 7, username: 'mia', isAdmin: false, via: 'password', scopes: 'all' }
const job: Actor = { kind: 'job', jobId: 1, projectId: 1, userId: 7, username: 'mia', isAdmin: false }

async function pushAs(actor: Actor) {
  const asked: TriggerPush[] = []
  const trigger = {
    announcePush: async () => undefined,
    createMissing: async () => undefined,
    createForPush: async (push: TriggerPush) => {
      asked.push(push)
      return ['what became of it']
    },
  }
  const accounts = { projects: {} } as Parameters<typeof createPushReactions>[1]
  const push = { project: { id: 1 }, actor, changes: [], pushOptions: ['ci.variable=A=B'] } as unknown as Push
  const lines = await createPushReactions(trigger, accounts, () => undefined).onPush(push)
  return { asked, lines }
}

it('starts pipelines for what a person pushes, as that person', async () => {
  const { asked, lines } = await pushAs(person)
  expect(asked).toEqual([{ projectId: 1, userId: 7, changes: [], pushOptions: ['ci.variable=A=B'] }])
  expect(lines).toEqual(['what became of it'])
})

it('starts none for what a job pushes, and says so', async () => {
  const { asked, lines } = await pushAs(job)
  expect(asked[0]?.pushOptions).toEqual(['ci.variable=A=B', 'ci.no_pipeline'])
  expect(lines.at(-1)).toBe('No pipeline: what is pushed with a job token starts none.')
})
