// What follows from a push: pipelines, whose addresses are shown to the person who pushed.
import type { Accounts } from '../../access/accounts.ts'
import type { Push, PushReactions } from '../../git/ports.ts'
import type { Trigger, Push as TriggerPush } from '../../run/trigger.ts'

export function createPushReactions(trigger: Trigger, accounts: Accounts): PushReactions {
  return {
    beforePush: push => trigger.announcePush(triggerPushOf(push)),
    async onPush(push) {
      await accounts.stores.projects.update(push.project.id, { lastActivityAt: accounts.now().toISOString() })
      return await trigger.createForPush(triggerPushOf(push))
    },
    onFirstBranch: accounts.projects.adoptDefaultBranch,
  }
}

function triggerPushOf({ project, actor, changes, pushOptions }: Push): TriggerPush {
  const userId = actor.kind === 'user' || actor.kind === 'job' ? actor.userId : null
  return { projectId: project.id, userId, changes, pushOptions }
}
