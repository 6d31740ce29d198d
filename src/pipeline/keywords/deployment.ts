import { deploymentTiers } from '../plan/deployment-tier.ts'
import { environmentActions } from '../plan/environment.ts'
import { isBlank, type MappingNode, valueAt, type YamlNode } from '../yaml/node.ts'
import { isText, textOrTexts } from './lists.ts'
import { refused } from './refused.ts'
import { duration } from './scalars.ts'
import { attribute, byKind, choice, entry, type Fields, mapWith, type Shape, text } from './shape.ts'
import { complain, type Spot } from './spot.ts'

// `environment` and `release`.

const maxLength = 255
const environmentPattern = /^(?!\/)[a-zA-Z0-9\-_/${}. ]*(?<!\/)$/
const environmentWords =
  "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, but it cannot start or end with '/'"

const environmentName: Shape = {
  schema: { type: 'string', maxLength, pattern: environmentPattern.source },
  check: (node, spot) => {
    if (!isText(node) || node.kind !== 'scalar') complain(spot, node, 'should be a string')
    else if (node.text.length > maxLength) complain(spot, node, `is too long (maximum is ${maxLength} characters)`)
    else if (!environmentPattern.test(node.text)) complain(spot, node, environmentWords)
  },
}

const environmentUrl: Shape = {
  schema: { type: 'string', maxLength },
  check: (node, spot) => {
    if (!isText(node) || node.kind !== 'scalar') complain(spot, node, 'should be a string')
    else if (node.text.length > maxLength) complain(spot, node, `is too long (maximum is ${maxLength} characters)`)
  },
}

export const environmentFields: Fields = {
  name: attribute(environmentName),
  url: attribute(environmentUrl),
  on_stop: attribute(text()),
  action: attribute(choice(environmentActions, 'should be start, stop, prepare, verify, or access')),
  auto_stop_in: attribute(duration({ mayBeNever: true, mayBeVariable: true })),
  deployment_tier: attribute(choice(deploymentTiers, `must be one of ${deploymentTiers.join(', ')}`)),
  kubernetes: refused('it deploys to no clusters'),
}

export const environment = byKind({
  text: {
    schema: environmentName.schema,
    check: (node, spot) => {
      const about = { ...spot, subject: `${spot.location} name` }
      if (isBlank(node)) complain(about, node, "can't be blank")
      else environmentName.check(node, about)
    },
  },
  map: mapWith(environmentFields, { also: requireName }),
  otherwise: 'should be a hash or a string',
})

function requireName(node: MappingNode, spot: Spot): void {
  const name = valueAt(node, 'name')
  if (!name || (name.kind === 'scalar' && name.text.trim() === ''))
    complain({ ...spot, subject: `${spot.location} name` }, node, "can't be blank")
}

const isoDatePattern = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/

const releasedAt: Shape = {
  schema: { type: 'string', format: 'date-time' },
  check: (node, spot) => {
    const isRight = node.kind === 'scalar' && isoDatePattern.test(node.text) && !Number.isNaN(Date.parse(node.text))
    if (!isRight) complain(spot, node, 'must be a valid datetime (ISO 8601)')
  },
}

const link = mapWith(
  {
    name: attribute(text()),
    url: attribute(text()),
    filepath: attribute(text()),
    link_type: attribute(choice(['other', 'runbook', 'image', 'package'])),
  },
  { required: ['name', 'url'], also: (node, spot) => requireTexts(node, spot, ['name', 'url']) },
)

const links: Shape = {
  schema: { type: 'array', items: link.schema },
  check: (node, spot) => {
    if (node.kind !== 'sequence') return complain(spot, node, 'should be an array of hashes')
    for (const item of node.items) link.check(item, spot)
  },
}

export const releaseFields: Fields = {
  tag_name: attribute(text()),
  tag_message: attribute(text()),
  name: attribute(text()),
  description: attribute(text()),
  ref: attribute(text()),
  milestones: attribute(textOrTexts('should be an array of strings or a string')),
  released_at: attribute(releasedAt),
  assets: entry(mapWith({ links: entry(links) })),
}

export const release = mapWith(releaseFields, {
  required: ['tag_name', 'description'],
  also: (node, spot) => requireTexts(node, spot, ['tag_name', 'description']),
})

function requireTexts(node: YamlNode, spot: Spot, keys: readonly string[]): void {
  for (const key of keys)
    if (!valueAt(node, key))
      complain({ ...spot, subject: `${spot.location} ${key.replace('_', ' ')}` }, node, 'should be a string')
}
