import { pullPolicies } from '../plan/image.ts'
import { valueAt } from '../yaml/node.ts'
import { isText, listOf, texts } from './lists.ts'
import { any, attribute, byKind, entry, type Fields, mapWith, type Shape, text } from './shape.ts'
import { complain, entryBelow, type Spot, warnAt } from './spot.ts'
import { jobVariables } from './variables.ts'

// `image` and `services`.

const pullPolicy: Shape = {
  schema: { anyOf: [{ enum: pullPolicies }, { type: 'array', items: { enum: pullPolicies } }] },
  check: (node, spot) => {
    const items = node.kind === 'sequence' ? node.items : [node]
    const isRight =
      items.length > 0 && items.every(item => isText(item) && item.kind === 'scalar' && isPullPolicy(item.text))
    if (!isRight) complain(spot, node, `is not included in the list: ${pullPolicies.join(', ')}`)
  },
}

function isPullPolicy(name: string): boolean {
  return (pullPolicies as readonly string[]).includes(name)
}

const clusterOptions: Shape = {
  schema: { type: 'object' },
  check: (node, spot) => warnAt(spot, node, 'has no effect: Slipway runs jobs in Docker'),
}

const containerFields: Fields = {
  name: attribute(text()),
  entrypoint: attribute(texts()),
  docker: entry(mapWith({ platform: attribute(text()), user: attribute(text()) })),
  kubernetes: entry(clusterOptions),
  pull_policy: entry(pullPolicy),
}

export const image = byKind({
  text: any('string'),
  map: mapWith(containerFields, { also: requireName }),
  otherwise: 'should be a hash or a string',
})

const service = byKind({
  text: any('string'),
  map: mapWith(
    { ...containerFields, alias: attribute(text()), command: attribute(texts()), variables: entry(jobVariables) },
    { also: requireName },
  ),
  otherwise: 'should be a hash or a string',
})

export const services = listOf(service, spot => entryBelow(spot, 'service'), { otherwise: 'should be an array' })

function requireName(node: Parameters<Shape['check']>[0], spot: Spot): void {
  if (valueAt(node, 'name')) return
  complain({ ...spot, subject: `${spot.location} name` }, node, 'should be a string')
}
