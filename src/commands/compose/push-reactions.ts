// What follows from a push: pipelines, whose addresses are shown to the person who pushed.
import type { Accounts } from '../../access/accounts.ts'
import type { PushReactions } from '../../git/ports.ts'
import type { Trigger } from '../../run/trigger.ts'

export function createPushReactions(trigger: Trigger, accounts: Accounts): PushReactions {
  return {
    async onPush({ project, actor, changes, pushOptions }) {
      await accounts.stores.projects.update(project.id, { lastActivityAt: accounts.now().toISOString() })
      const userId = actor.kind === 'user' || actor.kind === 'job' ? actor.userId : null
      return await trigger.createForPush({ projectId: project.id, userId, changes, pushOptions })
    },
    onFirstBranch: accounts.projects.adoptDefaultBranch,
  }
}
