// What goes before and follows from a push: the note of who pushes, the first branch of a repository, the pipelines.
import type { RefUpdate } from './ports.ts'
import { noCommit, type PushHead, updatesOf } from './push.ts'
import type { PushRequest, ReceiveDeps } from './push-request.ts'

/** A note that fails costs only the name of who pushed, and only after a crash. */
export async function announce(deps: ReceiveDeps, { actor, access }: PushRequest, head: PushHead): Promise<void> {
  const { project } = access
  const changes = updatesOf(head.commands)
  try {
    await deps.reactions.beforePush?.({ project, actor, changes, pushOptions: head.pushOptions })
  } catch (error) {
    deps.onBug(error, `the note of a push to project ${project.id}`)
  }
}

/** The lines that the client is shown. */
export async function react(
  deps: ReceiveDeps,
  { actor, access }: PushRequest,
  head: PushHead,
  changes: readonly RefUpdate[],
): Promise<readonly string[]> {
  const { project } = access
  try {
    await adoptFirstBranch(deps, project.id, changes)
    return await deps.reactions.onPush({ project, actor, changes, pushOptions: head.pushOptions })
  } catch (error) {
    // The refs have changed: the push succeeded. Recovery finds refs without their pipelines.
    deps.onBug(error, `what follows from a push to project ${project.id}`)
    return ['The push has arrived, but its pipeline could not be created yet.']
  }
}

/** While HEAD names a branch that does not exist, the first one that comes takes its place. */
async function adoptFirstBranch(
  { repositories, reactions }: ReceiveDeps,
  projectId: number,
  changes: readonly RefUpdate[],
): Promise<void> {
  const branches = changes.filter(change => change.ref.kind === 'branch' && change.after !== noCommit)
  const first = branches.find(change => change.ref.name === 'main' || change.ref.name === 'master') ?? branches[0]
  if (first === undefined) return
  const head = await repositories.defaultBranch(projectId)
  if (head !== null && (await repositories.resolve(projectId, { kind: 'branch', name: head })) !== null) return
  await repositories.setDefaultBranch(projectId, first.ref.name)
  await reactions.onFirstBranch(projectId, first.ref.name)
}
