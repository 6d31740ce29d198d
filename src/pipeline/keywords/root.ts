import { isNull, type YamlNode } from '../yaml/node.ts'
import { cache } from './cache.ts'
import { workflowRules } from './conditions.ts'
import { image, services } from './container.ts'
import { include } from './include.ts'
import { defaultFields } from './job.ts'
import { nestedTexts } from './lists.ts'
import { scriptLines } from './script.ts'
import { any, attribute, entry, type Fields, mapWith, type Shape } from './shape.ts'
import { complain, type Spot } from './spot.ts'
import { rootVariables } from './variables.ts'
import { autoCancel } from './workflow-cancel.ts'

// The settings of the root.

const maxNameLength = 255

const stages = nestedTexts({
  alsoOne: false,
  otherwise: 'should be an array of strings or a nested array of strings up to 10 levels deep',
})

const workflowName: Shape = {
  schema: { type: 'string', maxLength: maxNameLength },
  check: (node, spot) => {
    if (node.kind !== 'scalar') complain(spot, node, 'should be a string')
    else if (node.text.length > maxNameLength)
      complain(spot, node, `is too long (maximum is ${maxNameLength} characters)`)
  },
}

export const workflowFields: Fields = {
  name: attribute(workflowName),
  rules: attribute(workflowRules),
  auto_cancel: entry(autoCancel),
}

export const rootFields: Fields = {
  default: entry(mapWith(defaultFields)),
  include: entry(include),
  stages: entry(stages),
  types: entry(stages),
  variables: entry(rootVariables),
  workflow: entry(mapWith(workflowFields)),
  image: entry(image),
  services: entry(services),
  cache: entry(cache),
  before_script: entry(scriptLines),
  after_script: entry(scriptLines),
  spec: entry(misplacedHeader()),
}

function misplacedHeader(): Shape {
  return {
    schema: any('object').schema,
    check: (node: YamlNode, spot: Spot) => {
      if (!isNull(node))
        complain(spot, node, "is a header: it stands before the configuration, with a line of '---' between")
    },
  }
}
