import type { PipelineContext } from '../context.ts'
import { parseDuration } from '../duration.ts'
import type { JobPlan, When } from '../model.ts'
import type { Expander } from '../variables/expand.ts'
import { valueAt, type YamlNode } from '../yaml/node.ts'
import { positionOf } from '../yaml/position.ts'
import { artifactsPlanOf, pagesPlanOf } from './artifacts.ts'
import { cachePlansOf } from './cache.ts'
import { imagePlanOf, servicePlansOf } from './image.ts'
import { booleanAt, choiceOf, integersAt, textAt, textsAt, textsOf } from './read.ts'
import { releasePlanOf } from './release.ts'
import { retryPlanOf } from './retry.ts'
import { triggerPlanOf } from './trigger.ts'

export const whens = ['on_success', 'on_failure', 'always', 'manual', 'delayed'] as const

/** What the matching rule says on top of the job. */
export type RuleNode = YamlNode | null

/** The part of a job's plan that comes straight from its keywords. */
export type KeywordPlan = Pick<
  JobPlan,
  | 'manualConfirmation'
  | 'dependencies'
  | 'image'
  | 'services'
  | 'beforeScript'
  | 'script'
  | 'afterScript'
  | 'hooks'
  | 'tags'
  | 'timeoutSeconds'
  | 'retry'
  | 'interruptible'
  | 'resourceGroup'
  | 'artifacts'
  | 'cache'
  | 'coverage'
  | 'trigger'
  | 'release'
  | 'pages'
  | 'idTokens'
>

export interface Expanders {
  /** Unknown names become empty. */
  readonly names: Expander
  /** Unknown names stay text. */
  readonly patterns: Expander
}

export function keywordPlanOf(
  groupName: string,
  job: YamlNode,
  rule: RuleNode,
  { names, patterns }: Expanders,
  context: PipelineContext,
): KeywordPlan {
  const pages = pagesPlanOf(groupName, job)
  const timeout = textAt(job, 'timeout')
  // Of undefined variables only: no group.
  const resourceGroup = names.expand(textAt(job, 'resource_group') ?? '')
  return {
    manualConfirmation: textAt(job, 'manual_confirmation'),
    dependencies: textsAt(job, 'dependencies'),
    image: imagePlanOf(valueAt(job, 'image')),
    services: servicePlansOf(valueAt(job, 'services')),
    beforeScript: textsAt(job, 'before_script') ?? [],
    script: textsAt(job, 'script') ?? [],
    afterScript: textsAt(job, 'after_script') ?? [],
    hooks: { preGetSourcesScript: textsAt(valueAt(job, 'hooks'), 'pre_get_sources_script') ?? [] },
    tags: (textsAt(job, 'tags') ?? []).map(patterns.expand),
    timeoutSeconds: (timeout === null ? null : parseDuration(timeout)) ?? context.defaultTimeoutSeconds,
    retry: retryPlanOf(valueAt(job, 'retry')),
    interruptible: booleanAt(rule ?? undefined, 'interruptible') ?? booleanAt(job, 'interruptible') ?? false,
    resourceGroup: resourceGroup === '' ? null : resourceGroup,
    artifacts: artifactsPlanOf(valueAt(job, 'artifacts'), pages),
    cache: cachePlansOf(valueAt(job, 'cache')),
    coverage: textAt(job, 'coverage'),
    trigger: triggerPlanOf(valueAt(job, 'trigger'), names.expand),
    release: releasePlanOf(valueAt(job, 'release')),
    pages,
    idTokens: idTokensOf(valueAt(job, 'id_tokens'), names),
  }
}

/** When it runs, and what its failure means; the matching rule has the first word. */
export function schedulingOf(
  job: YamlNode,
  rule: RuleNode,
): Pick<JobPlan, 'when' | 'startInSeconds' | 'allowFailure' | 'allowFailureExitCodes'> {
  const jobWhen = choiceOf(textAt(job, 'when'), whens)
  const ruleNode = rule ?? undefined
  const when: When = choiceOf(textAt(ruleNode, 'when'), whens) ?? jobWhen ?? 'on_success'
  const startIn = textAt(ruleNode, 'start_in') ?? textAt(job, 'start_in')
  const setting = valueAt(job, 'allow_failure')
  const exitCodes = setting?.kind === 'mapping' ? integersAt(setting, 'exit_codes') : null
  const ruleAllows = booleanAt(ruleNode, 'allow_failure')
  return {
    when,
    startInSeconds: when === 'delayed' && startIn !== null ? parseDuration(startIn) : null,
    allowFailure: ruleAllows ?? booleanAt(job, 'allow_failure') ?? (exitCodes === null && jobWhen === 'manual'),
    allowFailureExitCodes: ruleAllows === null ? exitCodes : null,
  }
}

export function sourceOf(node: YamlNode): JobPlan['source'] {
  return { file: node.place.source.file, line: positionOf(node.place).line }
}

function idTokensOf(node: YamlNode | undefined, names: Expander): JobPlan['idTokens'] {
  if (node?.kind !== 'mapping') return []
  return [...node.entries].map(([key, { value }]) => {
    const audience = valueAt(value, 'aud')
    return { key, audiences: audience ? textsOf(audience).map(names.expand) : [] }
  })
}

export function stageOf(job: YamlNode): string {
  return textAt(job, 'stage') ?? textAt(job, 'type') ?? 'test'
}
