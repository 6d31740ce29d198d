import { triggerStrategies } from '../plan/trigger.ts'
import { isBlank, type MappingNode, valueAt } from '../yaml/node.ts'
import { include } from './include.ts'
import { anyMap, attribute, byKind, choice, entry, type Fields, mapWith, type Shape, text, truth } from './shape.ts'
import { complain, type Spot } from './spot.ts'

// `trigger`: another project's pipeline, or a child of this one.

const maxIncludes = 3

const common: Fields = {
  strategy: attribute(choice(triggerStrategies, 'should be depend or mirror')),
  forward: entry(mapWith({ yaml_variables: attribute(truth()), pipeline_variables: attribute(truth()) })),
  inputs: entry(anyMap()),
}

const childInclude: Shape = {
  schema: include.schema,
  check: (node, spot) => {
    include.check(node, spot)
    if (node.kind === 'sequence' && node.items.length > maxIncludes)
      complain(spot, node, `is too long (maximum is ${maxIncludes})`)
  },
}

export const projectTriggerFields: Fields = { project: attribute(text()), branch: attribute(text()), ...common }
export const childTriggerFields: Fields = { include: entry(childInclude), ...common }

const toProject = mapWith(projectTriggerFields, { also: requireProject })
const toChild = mapWith(childTriggerFields)

const projectPath: Shape = {
  schema: { type: 'string' },
  check: (node, spot) => {
    if (isBlank(node)) complain(spot, node, "can't be blank")
  },
}

export const trigger = byKind({
  text: projectPath,
  map: {
    schema: { anyOf: [toProject.schema, toChild.schema] },
    check: (node, spot) => (valueAt(node, 'include') ? toChild : toProject).check(node, spot),
  },
  otherwise: 'has to be either a string or a hash',
})

function requireProject(node: MappingNode, spot: Spot): void {
  const hasUnknown = [...node.entries.keys()].some(key => !Object.hasOwn(projectTriggerFields, key))
  if (!valueAt(node, 'project') && !hasUnknown)
    complain({ ...spot, subject: `${spot.location} project` }, node, "can't be blank")
}
