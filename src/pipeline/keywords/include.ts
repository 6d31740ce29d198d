import { type MappingNode, valueAt, type YamlNode } from '../yaml/node.ts'
import { includeRules } from './conditions.ts'
import { isText, textOrTexts } from './lists.ts'
import { anyMap, attribute, entry, type Fields, mapWith, type Shape, text } from './shape.ts'
import { complain, complainBare, type Spot } from './spot.ts'

// `include`, at the root and in `trigger`.

export const locators = ['local', 'project', 'remote', 'template', 'component', 'artifact'] as const

export const includeFields: Fields = {
  local: attribute(text()),
  project: attribute(text()),
  file: attribute(textOrTexts('should be an array of strings or a string')),
  ref: attribute(text()),
  remote: attribute(text()),
  integrity: attribute(text()),
  template: attribute(text()),
  component: attribute(text()),
  artifact: attribute(text()),
  job: attribute(text()),
  inputs: entry(anyMap()),
  rules: entry(includeRules),
}

const includeMap = mapWith(includeFields, { also: checkLocators })

export const include: Shape = {
  schema: {
    anyOf: [
      { type: 'string' },
      includeMap.schema,
      { type: 'array', items: { anyOf: [{ type: 'string' }, includeMap.schema] } },
    ],
  },
  check: (node, spot) => {
    const items = node.kind === 'sequence' ? node.items : [node]
    for (const item of items) checkItem(item, spot)
  },
}

/** What says where an entry is: one of the locators, if the entry is right. */
export function locatorsOf(entry: YamlNode): readonly string[] {
  return locators.filter(locator => valueAt(entry, locator))
}

function checkItem(item: YamlNode, spot: Spot): void {
  if (item.kind === 'sequence') for (const each of item.items) checkItem(each, spot)
  else if (item.kind === 'mapping') includeMap.check(item, spot)
  else if (!isText(item)) complainBare(spot, item, 'config should be an array of strings and hashes')
}

function checkLocators(node: MappingNode, spot: Spot): void {
  const used = locatorsOf(node)
  if (used.length !== 1)
    complain(
      spot,
      node,
      `must use exactly one of: ${locators.join(', ')}${used.length > 0 ? ` (it has ${used.join(' and ')})` : ''}`,
    )
  else if (used[0] === 'project' && !valueAt(node, 'file'))
    complain(spot, node, "must specify the 'file' of the project")
  else if (used[0] === 'artifact' && !valueAt(node, 'job'))
    complain(spot, node, "must specify the 'job' of the artifact")
}
