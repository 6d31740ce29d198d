import { cancelOnJobFailure, cancelOnNewCommit } from '../plan/workflow.ts'
import { attribute, choice, mapWith } from './shape.ts'

const words = (choices: readonly string[]) => `must be one of: ${choices.join(', ')}`

/** `workflow:auto_cancel`, also in its rules. */
export const autoCancel = mapWith({
  on_new_commit: attribute(choice(cancelOnNewCommit, words(cancelOnNewCommit))),
  on_job_failure: attribute(choice(cancelOnJobFailure, words(cancelOnJobFailure))),
})
