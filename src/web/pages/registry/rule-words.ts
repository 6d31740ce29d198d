import type { Rule, RuleKind } from '../../api/registry-rules.ts'

type Words = {
  readonly title: string
  readonly action: string
  readonly things: string
  readonly pattern: string
  readonly hint: string
  readonly none: string
  readonly advice: string
}

export const ruleWords: Readonly<Record<RuleKind, Words>> = {
  tag: {
    title: 'Protected tags',
    action: 'Protect tags',
    things: 'tags',
    pattern: 'Tags that match',
    hint: 'A regular expression, for example ^v\\d+\\.\\d+\\.\\d+$',
    none: 'No tag is protected',
    advice:
      'Whoever may push may move and delete any tag. Protect releases, so that a version always means the same image.',
  },
  repository: {
    title: 'Protected repositories',
    action: 'Protect repositories',
    things: 'repositories',
    pattern: 'Repositories that match',
    hint: 'The whole path, in which * stands for anything',
    none: 'No repository is protected',
    advice: 'Developers may push to every repository of the project, and delete from it.',
  },
}

export const levels = [
  { value: '', label: 'Developers and above' },
  { value: 'maintainer', label: 'Maintainers and above' },
  { value: 'owner', label: 'Owners' },
  { value: 'admin', label: 'Administrators' },
] as const

export function levelWords(kind: RuleKind, rule: Rule, change: 'push' | 'delete'): string {
  if (kind === 'tag' && rule.push === null && rule.delete === null) return 'Nobody: the tag never changes'
  const level = rule[change] ?? ''
  return levels.find(each => each.value === level)?.label ?? level
}
