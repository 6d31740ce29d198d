import { isString, valueAt, type YamlNode } from '../yaml/node.ts'
import { flatItemsOf, textsOf } from './read.ts'

const defaultStages = ['build', 'test', 'deploy'] as const

/** All stages in order; `.pre` is always first and `.post` always last, except that `stages: []` leaves none. */
export function stagesOf(root: YamlNode): readonly string[] {
  const node = valueAt(root, 'stages') ?? valueAt(root, 'types')
  const written = node ? textsOf(node) : defaultStages
  if (written.length === 0) return []
  return [...new Set(['.pre', ...written.filter(stage => stage !== '.pre' && stage !== '.post'), '.post'])]
}

/** Whether `stages` is what it should be: else it was told of, and says nothing of the stages of jobs. */
export function hasStagesOfTexts(root: YamlNode): boolean {
  const node = valueAt(root, 'stages') ?? valueAt(root, 'types')
  return node === undefined || (node.kind === 'sequence' && flatItemsOf(node).every(isString))
}
