// What follows from a push: pipelines, whose addresses are shown to the person who pushed.
import type { Accounts } from '../../access/accounts.ts'
import type { Push, PushReactions } from '../../git/ports.ts'
import type { Trigger, Push as TriggerPush } from '../../run/trigger.ts'

/** @param tellHooks of the project; nothing waits for it */
export function createPushReactions(
  trigger: Trigger,
  accounts: Accounts,
  tellHooks: (push: TriggerPush) => void,
): PushReactions {
  return {
    async beforePush(push) {
      await trigger.announcePush(triggerPushOf(push))
      await accounts.stores.projects.update(push.project.id, { lastActivityAt: accounts.now().toISOString() })
    },
    async onPush(push) {
      const told = triggerPushOf(push)
      tellHooks(told)
      const lines = await trigger.createForPush(told)
      return push.actor.kind === 'job' ? [...lines, 'No pipeline: what is pushed with a job token starts none.'] : lines
    },
    onFirstBranch: accounts.projects.adoptDefaultBranch,
  }
}

/** A job's push starts no pipeline, as on GitLab: else one that commits to its own branch would run without end. */
function triggerPushOf({ project, actor, changes, pushOptions: given }: Push): TriggerPush {
  const pushOptions = actor.kind === 'job' ? [...given, 'ci.no_pipeline'] : given
  return { projectId: project.id, userId: personBehind(actor), changes, pushOptions }
}

/** Project and group tokens are bots of their own; a deploy token stands for who made it, so that its jobs may do something. */
function personBehind(actor: Push['actor']): number | null {
  if (actor.kind === 'deploy_token') return actor.createdBy ?? null
  return actor.kind === 'anonymous' ? null : actor.userId
}
