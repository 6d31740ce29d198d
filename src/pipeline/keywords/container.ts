import { pullPolicies } from '../plan/image.ts'
import { isBlank, valueAt } from '../yaml/node.ts'
import { isText, listOf, texts } from './lists.ts'
import { attribute, byKind, entry, type Fields, mapWith, type Shape, text } from './shape.ts'
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

const imageName: Shape = {
  schema: { type: 'string' },
  check: (node, spot) => {
    if (isBlank(node)) complain({ ...spot, subject: `${spot.location} name` }, node, "can't be blank")
  },
}

export const image = byKind({
  text: imageName,
  map: mapWith(containerFields, { also: requireName }),
  otherwise: 'should be a hash or a string',
})

const service = byKind({
  text: imageName,
  map: mapWith(
    { ...containerFields, alias: attribute(text()), command: attribute(texts()), variables: entry(jobVariables) },
    { also: requireName },
  ),
  otherwise: 'should be a hash or a string',
})

export const services = listOf(service, spot => entryBelow(spot, 'service'), { otherwise: 'should be an array' })

function requireName(node: Parameters<Shape['check']>[0], spot: Spot): void {
  const name = valueAt(node, 'name')
  const about = { ...spot, subject: `${spot.location} name` }
  if (!name) complain(about, node, 'should be a string')
  else if (isBlank(name)) complain(about, name, "can't be blank")
}
