import type { CacheKeyFiles, CachePlan } from '../model.ts'
import { isNull, valueAt, type YamlNode } from '../yaml/node.ts'
import { uploadConditions } from './artifacts.ts'
import { booleanAt, choiceOf, flatItemsOf, textAt, textsAt } from './read.ts'

export function cachePlansOf(node: YamlNode | undefined): readonly CachePlan[] {
  return flatItemsOf(node)
    .filter(item => !isNull(item))
    .map(item => ({
      key: keyOf(valueAt(item, 'key')),
      paths: textsAt(item, 'paths') ?? [],
      untracked: booleanAt(item, 'untracked') ?? false,
      policy: textAt(item, 'policy') ?? 'pull-push',
      when: choiceOf(textAt(item, 'when'), uploadConditions) ?? 'on_success',
      fallbackKeys: textsAt(item, 'fallback_keys') ?? [],
      unprotect: booleanAt(item, 'unprotect') ?? false,
    }))
}

function keyOf(node: YamlNode | undefined): string | CacheKeyFiles {
  if (node?.kind !== 'mapping') return node?.kind === 'scalar' ? node.text : 'default'
  const files = textsAt(node, 'files')
  return {
    files: files ?? textsAt(node, 'files_commits') ?? [],
    prefix: textAt(node, 'prefix'),
    by: files ? 'content' : 'commit',
  }
}
