import { flatItemsOf } from '../plan/read.ts'
import { isNull, type MappingNode, valueAt, type YamlNode } from '../yaml/node.ts'
import { isText } from './lists.ts'
import { matrix } from './parallel.ts'
import { attribute, entry, mapWith, type Shape, text, truth } from './shape.ts'
import { complain, complainBare, entryBelow, type Spot } from './spot.ts'

// `needs`, of jobs and of rules.

export const maxNeeds = 50
const maxUpstreamNeeds = 5

const needParallel: Shape = {
  schema: { type: 'object', properties: { matrix: matrix.schema }, required: ['matrix'] },
  check: (node, spot) => {
    if (node.kind === 'scalar' && node.type === 'integer') complainBare(spot, node, 'cannot use "parallel: <number>"')
    else mapWith({ matrix: entry(matrix) }).check(node, spot)
  },
}

const localNeed = mapWith({
  job: attribute(text()),
  artifacts: attribute(truth()),
  optional: attribute(truth()),
  parallel: entry(needParallel),
})

const upstreamNeed = mapWith({ pipeline: attribute(text()), job: attribute(text()), artifacts: attribute(truth()) })

export const needs: Shape = {
  schema: {
    anyOf: [
      { type: 'array', items: { anyOf: [{ type: 'string' }, localNeed.schema, upstreamNeed.schema] } },
      localNeed.schema,
      upstreamNeed.schema,
    ],
  },
  check: (node, spot) => {
    if (node.kind === 'mapping' && node.entries.size === 0) return complain(spot, node, 'can not be an empty hash')
    if (node.kind !== 'mapping' && node.kind !== 'sequence')
      return complain(spot, node, 'can only be a hash or an array')
    const items = flatItemsOf(node).filter(item => !isNull(item))
    for (const item of items) checkNeed(item, entryBelow(spot, 'need'))
    if (items.filter(isUpstream).length > maxUpstreamNeeds)
      complain(spot, node, `has too many needs of other pipelines (maximum ${maxUpstreamNeeds})`)
  },
}

function checkNeed(item: YamlNode, spot: Spot): void {
  if (isText(item)) return
  if (item.kind !== 'mapping') complainBare(spot, item, 'has an unsupported type')
  else if (item.entries.has('project')) refuseProject(item, spot)
  else if (isUpstream(item)) upstreamNeed.check(item, spot)
  else if (valueAt(item, 'job')) localNeed.check(item, spot)
  else complainBare(spot, item, `has an unsupported type${hintFor(item)}`)
}

function refuseProject(item: YamlNode, spot: Spot): void {
  spot.diagnostics.error(`${spot.location}:project is not supported by Slipway`, `${spot.path}:project`, item.place)
}

function isUpstream(item: YamlNode): boolean {
  return valueAt(item, 'pipeline') !== undefined
}

function hintFor(item: MappingNode): string {
  return item.entries.has('job') ? '' : ": it should have the key 'job'"
}
