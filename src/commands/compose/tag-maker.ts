// Tags that releases ask for: made by the editor of refs, with the rights of a person, and followed by a pipeline.
import type { Accounts } from '../../access/accounts.ts'
import type { RefEditor } from '../../git/ref-editor.ts'
import { runError } from '../../run/errors.ts'
import type { MakeTag } from '../../run/release-ports.ts'

/** @param editor is made after the pipelines, which follow its tags */
export function createTagMaker(deps: {
  readonly accounts: Pick<Accounts, 'access' | 'directory'>
  readonly editor: () => RefEditor
}): MakeTag {
  const { access, directory } = deps.accounts
  return async ({ projectId, userId, name, from, message, startsPipeline }) => {
    const person = userId === null ? null : await directory.user(userId)
    const found = person === null ? null : await access.project(person.actor, projectId)
    if (person === null || found === null) {
      throw runError('release_refused', 'who started the job is not known any more, or may not see the project')
    }
    const pushOptions = startsPipeline ? [] : ['ci.no_pipeline']
    await deps.editor().createTag({ actor: person.actor, access: found, pushOptions }, name, from, message ?? '')
  }
}
