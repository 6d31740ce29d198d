// Branches and tags that are made and removed through the API. They obey the rules that pushes obey, wait for their turn
// with them, and are followed by the same things.
import type { Actor } from '../access/model.ts'
import type { Access, ProjectAccess, RefChange } from '../access/ports.ts'
import { gitError } from './errors.ts'
import type { PushReactions, RefUpdate } from './ports.ts'
import { fullRefName, isRefName, noCommit, type RefName } from './push.ts'
import type { Repositories } from './repositories.ts'
import type { Turns } from './turns.ts'

export type RefEditor = {
  readonly createBranch: (place: Place, name: string, from: string) => Promise<void>
  /** With a message, an annotated tag. */
  readonly createTag: (place: Place, name: string, from: string, message: string) => Promise<void>
  readonly remove: (place: Place, ref: RefName) => Promise<void>
}

/** Who does it, and where. */
export type Place = {
  readonly actor: Actor
  readonly access: ProjectAccess
  /** As of `git push -o`. */
  readonly pushOptions?: readonly string[]
}

export function createRefEditor(deps: {
  readonly access: Access
  readonly repositories: Repositories
  readonly reactions: PushReactions
  readonly turns: Turns
  readonly people: {
    readonly byId: (userId: number) => Promise<{ readonly name: string; readonly email: string } | null>
  }
  readonly now: () => Date
}): RefEditor {
  const { repositories, turns } = deps

  async function demand({ actor, access }: Place, change: RefChange): Promise<void> {
    if (!isRefName(change.name))
      throw gitError('git.invalid_ref', `'${change.name}' is no valid name for a ${change.kind}`)
    const decision = await deps.access.mayPush(actor, access, change)
    if (!decision.allowed) throw gitError('git.refused', `403 Forbidden - ${decision.reason}`)
  }

  async function update({ actor, access, pushOptions = [] }: Place, change: RefUpdate): Promise<boolean> {
    const { project } = access
    const folder = await repositories.ensure(project.id)
    const push = { project, actor, changes: [change], pushOptions }
    await deps.reactions.beforePush?.(push)
    const args =
      change.after === noCommit
        ? ['update-ref', '-d', fullRefName(change.ref), change.before]
        : ['update-ref', fullRefName(change.ref), change.after, change.before]
    if ((await repositories.git.run(folder, args)) === null) return false
    await deps.reactions.onPush(push)
    return true
  }

  async function commitOf(projectId: number, from: string): Promise<string> {
    const sha = await repositories.resolveAny(projectId, from)
    if (sha === null) throw gitError('git.invalid_ref', `Invalid reference name: ${from}`)
    return sha
  }

  async function create(place: Place, ref: RefName, makeTarget: () => Promise<string>): Promise<void> {
    await demand(place, { ...ref, change: 'create' })
    await turns.take(place.access.project.id, async () => {
      const isMade = await update(place, { ref, before: noCommit, after: await makeTarget() })
      if (!isMade)
        throw gitError('git.ref_exists', `${ref.kind === 'branch' ? 'Branch' : 'Tag'} ${ref.name} already exists`)
    })
  }

  return {
    createBranch: (place, name, from) =>
      create(place, { kind: 'branch', name }, () => commitOf(place.access.project.id, from)),
    createTag: (place, name, from, message) =>
      create(place, { kind: 'tag', name }, async () => {
        const sha = await commitOf(place.access.project.id, from)
        return message === '' ? sha : annotate(place, name, sha, message)
      }),
    remove: async (place, ref) => {
      const { project } = place.access
      await demand(place, { ...ref, change: 'delete' })
      if (ref.kind === 'branch' && ref.name === project.defaultBranch) {
        throw gitError('git.refused', '403 Forbidden - the default branch cannot be deleted')
      }
      await turns.take(project.id, async () => {
        const known = (await repositories.refs(project.id, ref.kind)).find(each => each.ref.name === ref.name)
        const isGone = known !== undefined && (await update(place, { ref, before: known.target, after: noCommit }))
        if (!isGone) throw gitError('git.no_ref', `404 ${ref.kind === 'branch' ? 'Branch' : 'Tag'} Not Found`)
      })
    },
  }

  /** Writes the tag object; gives its id. */
  async function annotate({ actor, access }: Place, name: string, sha: string, message: string): Promise<string> {
    const person = 'userId' in actor ? await deps.people.byId(actor.userId) : null
    const plain = (text: string) => text.replace(/[<>\n\r\0]/g, '')
    const who = `${plain(person?.name ?? 'Slipway')} <${plain(person?.email ?? 'noreply@localhost')}>`
    const seconds = Math.floor(deps.now().getTime() / 1000)
    const text = `object ${sha}\ntype commit\ntag ${name}\ntagger ${who} ${seconds} +0000\n\n${message.trimEnd()}\n`
    const folder = repositories.folderOf(access.project.id)
    const id = (await repositories.git.run(folder, ['mktag'], { input: text }))?.toString().trim()
    if (id === undefined) throw gitError('git.invalid_ref', 'the tag could not be written')
    return id
  }
}
