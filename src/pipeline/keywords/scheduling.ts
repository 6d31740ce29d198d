import { retryReasons } from '../plan/retry.ts'
import { isBlank, type YamlNode } from '../yaml/node.ts'
import { integerOrIntegers, isText, nestedTexts } from './lists.ts'
import { integerBetween } from './scalars.ts'
import { also, any, attribute, byKind, mapWith, type Shape } from './shape.ts'
import { complain, renamed, type Spot } from './spot.ts'

// When and how often a job runs, and what its failure means.

export const allowFailure = byKind({
  truth: any('boolean'),
  map: mapWith({ exit_codes: attribute(integerOrIntegers()) }),
  otherwise: 'should be a hash or a boolean value',
})

/** Of trigger jobs, which have no exit codes. */
export const bridgeAllowFailure = byKind({ truth: any('boolean'), otherwise: 'should be a boolean value' })

const maxTags = 49

export const tags = also(nestedTexts({ alsoOne: false, otherwise: 'should be an array of strings' }), (node, spot) => {
  if (node.kind === 'sequence' && node.items.length > maxTags)
    complain(spot, node, `must be less than the limit of ${maxTags + 1} tags`)
})

const maxRetries = 2

const retryWhen: Shape = {
  schema: { anyOf: [{ enum: retryReasons }, { type: 'array', items: { enum: retryReasons } }] },
  check: (node, spot) => {
    const items = node.kind === 'sequence' ? node.items : [node]
    if (!items.every(isText)) return complain(spot, node, 'should be an array of strings or a string')
    const unknown = items.flatMap(item => (item.kind === 'scalar' && !isRetryReason(item.text) ? item.text : []))
    if (unknown.length > 0) {
      const hints = unknown.map(text => text + spot.diagnostics.didYouMean(text, retryReasons))
      complain(spot, node, `contains unknown values: ${hints.join(', ')}`)
    }
  },
}

function isRetryReason(text: string): boolean {
  return (retryReasons as readonly string[]).includes(text)
}

const retryForms = byKind({
  integer: integerBetween(0, maxRetries, 'should be an integer'),
  map: mapWith({
    max: attribute(integerBetween(0, maxRetries, 'should be an integer')),
    when: attribute(retryWhen),
    exit_codes: attribute(integerOrIntegers()),
  }),
  otherwise: 'should be a hash or an integer',
})

/** GitLab's messages about it leave out the job. */
export const retry: Shape = {
  schema: retryForms.schema,
  check: (node, spot) => retryForms.check(node, renamed(spot, 'retry')),
}

const resourceGroupPattern = /^[a-zA-Z0-9\-_/${}. ]+$/

export const resourceGroup = byKind({
  text: {
    schema: { type: 'string', pattern: resourceGroupPattern.source },
    check: (node: YamlNode, spot: Spot) => {
      if (isBlank(node)) complain(spot, node, "can't be blank")
      else if (node.kind === 'scalar' && !resourceGroupPattern.test(node.text))
        complain(spot, node, "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces")
    },
  },
  otherwise: 'should be a string',
})
