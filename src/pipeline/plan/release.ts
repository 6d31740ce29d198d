import type { ReleasePlan } from '../model.ts'
import { valueAt, type YamlNode } from '../yaml/node.ts'
import { itemsOf, textAt, textsAt } from './read.ts'

export function releasePlanOf(node: YamlNode | undefined): ReleasePlan | null {
  const tagName = textAt(node, 'tag_name')
  if (tagName === null) return null
  return {
    tagName,
    tagMessage: textAt(node, 'tag_message'),
    name: textAt(node, 'name'),
    description: textAt(node, 'description') ?? '',
    ref: textAt(node, 'ref'),
    milestones: textsAt(node, 'milestones') ?? [],
    releasedAt: textAt(node, 'released_at'),
    links: itemsOf(valueAt(valueAt(node, 'assets'), 'links')).map(link => ({
      name: textAt(link, 'name') ?? '',
      url: textAt(link, 'url') ?? '',
      filepath: textAt(link, 'filepath'),
      linkType: textAt(link, 'link_type'),
    })),
  }
}
