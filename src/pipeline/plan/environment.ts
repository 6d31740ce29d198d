import type { EnvironmentPlan } from '../model.ts'
import { environmentSlugOf } from '../variables/slug.ts'
import { valueAt, type YamlNode } from '../yaml/node.ts'
import { deploymentTierOf, deploymentTiers } from './deployment-tier.ts'
import { choiceOf, textAt, textOf } from './read.ts'

export const environmentActions = ['start', 'prepare', 'stop', 'verify', 'access'] as const

/** The environment's name as written, before variables; null when the job has none. */
export function environmentNameOf(job: YamlNode): string | null {
  const node = valueAt(job, 'environment')
  return node?.kind === 'mapping' ? textAt(node, 'name') : textOf(node)
}

export function environmentPlanOf(job: YamlNode, name: string, expand: (text: string) => string): EnvironmentPlan {
  const node = valueAt(job, 'environment')
  const autoStopIn = textAt(node, 'auto_stop_in')
  return {
    name,
    slug: environmentSlugOf(name),
    url: textAt(node, 'url'),
    action: choiceOf(textAt(node, 'action'), environmentActions) ?? 'start',
    onStop: textAt(node, 'on_stop'),
    autoStopIn: autoStopIn === null ? null : expand(autoStopIn),
    deploymentTier: choiceOf(textAt(node, 'deployment_tier'), deploymentTiers) ?? deploymentTierOf(name),
  }
}
