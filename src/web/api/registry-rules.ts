// Rules that protect tags or repositories: two lists of GitLab's, whose patterns bear different names.
import { change, getAll, projectUrl } from './client.ts'

export type RuleKind = 'tag' | 'repository'

export type Rule = {
  readonly id: number
  readonly pattern: string
  /** Null: whoever may otherwise. Of a tag both null: nobody, it never changes. */
  readonly push: string | null
  readonly delete: string | null
}

type RuleAnswer = {
  readonly id: number
  readonly tag_name_pattern?: string
  readonly repository_path_pattern?: string
  readonly minimum_access_level_for_push: string | null
  readonly minimum_access_level_for_delete: string | null
}

const patternFields = { tag: 'tag_name_pattern', repository: 'repository_path_pattern' } as const

export async function listRules(project: string, kind: RuleKind, signal: AbortSignal): Promise<readonly Rule[]> {
  const answers = await getAll<RuleAnswer>(rulesUrl(project, kind), { signal })
  return answers.map(answer => ({
    id: answer.id,
    pattern: answer[patternFields[kind]] ?? '',
    push: answer.minimum_access_level_for_push,
    delete: answer.minimum_access_level_for_delete,
  }))
}

export function createRule(project: string, kind: RuleKind, rule: Omit<Rule, 'id'>): Promise<unknown> {
  return change('POST', rulesUrl(project, kind), {
    body: {
      [patternFields[kind]]: rule.pattern,
      minimum_access_level_for_push: rule.push,
      minimum_access_level_for_delete: rule.delete,
    },
  })
}

export function deleteRule(project: string, kind: RuleKind, id: number): Promise<unknown> {
  return change('DELETE', `${rulesUrl(project, kind)}/${id}`)
}

function rulesUrl(project: string, kind: RuleKind): string {
  return projectUrl(project, `registry/protection/${kind}/rules`)
}
