import type { ImagePlan, PullPolicy, ServicePlan } from '../model.ts'
import { valueAt, type YamlNode } from '../yaml/node.ts'
import { choiceOf, flatItemsOf, textAt, textOf, textsAt } from './read.ts'

export const pullPolicies = ['always', 'if-not-present', 'never'] as const

export function imagePlanOf(node: YamlNode | undefined): ImagePlan | null {
  const name = node?.kind === 'mapping' ? textAt(node, 'name') : textOf(node)
  if (name === null || name.trim() === '') return null
  const docker = valueAt(node, 'docker')
  return {
    name,
    entrypoint: textsAt(node, 'entrypoint'),
    pullPolicy: pullPoliciesOf(node),
    platform: textAt(docker, 'platform'),
    user: textAt(docker, 'user'),
  }
}

export function servicePlansOf(node: YamlNode | undefined): readonly ServicePlan[] {
  return flatItemsOf(node).flatMap(item => {
    const image = imagePlanOf(item)
    if (!image) return []
    const variables = valueAt(item, 'variables')
    const asked = (textAt(item, 'alias') ?? '').split(/[\s,]+/).filter(alias => alias !== '')
    return {
      ...image,
      alias: asked.length > 0 ? asked : hostNamesOf(image.name),
      command: textsAt(item, 'command'),
      variables:
        variables?.kind === 'mapping'
          ? Object.fromEntries(
              [...variables.entries].map(([key, entry]) => [
                key,
                textOf(entry.value) ?? textAt(entry.value, 'value') ?? '',
              ]),
            )
          : {},
    }
  })
}

/** `registry:5000/a/b:1` is reached as `a__b` and as `a-b`. */
export function hostNamesOf(image: string): readonly string[] {
  const parts = (image.split('@')[0] ?? '').split('/')
  const [first = ''] = parts
  const withoutRegistry = parts.length > 1 && /[.:]|^localhost$/.test(first) ? parts.slice(1) : parts
  const path = withoutRegistry.join('/').replace(/:[^/]*$/, '')
  return [...new Set([path.replaceAll('/', '__'), path.replaceAll('/', '-')])]
}

function pullPoliciesOf(node: YamlNode | undefined): readonly PullPolicy[] | null {
  const policies = textsAt(node, 'pull_policy')?.flatMap(text => choiceOf(text, pullPolicies) ?? [])
  return policies && policies.length > 0 ? policies : null
}
