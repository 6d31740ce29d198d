import { uploadConditions } from '../plan/artifacts.ts'
import { textsAt } from '../plan/read.ts'
import { type MappingNode, valueAt, type YamlNode } from '../yaml/node.ts'
import { isText, listOf, texts } from './lists.ts'
import { attribute, byKind, choice, entry, type Fields, mapWith, type Shape, truth } from './shape.ts'
import { complain, complainBare, renamed, type Spot } from './spot.ts'

// `cache`: one or up to four.

const maxCaches = 4
const maxKeyFiles = 2
const maxFallbackKeys = 5
const policies = ['pull-push', 'push', 'pull']

const keyText: Shape = {
  schema: { type: 'string' },
  check: (node, spot) => {
    const key = node.kind === 'scalar' ? node.text : ''
    if (key.includes('/')) complain(spot, node, 'cannot contain the "/" character')
    if (/%2f/i.test(key)) complain(spot, node, 'cannot contain the "%2F" sequence')
    if (key === '.' || key === '..') complain(spot, node, 'cannot be "." or ".."')
  },
}

const keyFiles: Shape = {
  schema: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: maxKeyFiles },
  check: (node, spot) => {
    texts().check(node, spot)
    if (node.kind !== 'sequence') return
    if (node.items.length === 0) complain(spot, node, 'requires at least 1 item')
    if (node.items.length > maxKeyFiles) complain(spot, node, `has too many items (maximum is ${maxKeyFiles})`)
  },
}

const key = byKind({
  text: keyText,
  map: mapWith(
    {
      files: entry(keyFiles),
      files_commits: entry(keyFiles),
      prefix: entry(byKind({ text: keyText, otherwise: 'should be a string' })),
    },
    { also: checkKeyMap },
  ),
  otherwise: (node, spot) => complainBare(spot, node, 'should be a hash, a string or a symbol'),
})

const policy: Shape = {
  schema: { type: 'string', examples: policies },
  check: (node, spot) => {
    const isRight = node.kind === 'scalar' && isText(node) && (policies.includes(node.text) || node.text.includes('$'))
    if (!isRight) complain(spot, node, `should be a variable or one of: ${policies.join(', ')}`)
  },
}

const fallbackKeys: Shape = {
  schema: { type: 'array', items: { type: 'string' }, maxItems: maxFallbackKeys },
  check: (node, spot) => {
    texts().check(node, spot)
    // The spelling is GitLab's.
    if (node.kind === 'sequence' && node.items.length > maxFallbackKeys)
      complain(spot, node, `has to many entries (maximum ${maxFallbackKeys})`)
  },
}

export const cacheFields: Fields = {
  key: entry(key),
  paths: attribute(texts()),
  untracked: attribute(truth()),
  policy: attribute(policy),
  when: attribute(choice(uploadConditions)),
  fallback_keys: attribute(fallbackKeys),
  unprotect: attribute(truth()),
}

const one = byKind({ map: mapWith(cacheFields), otherwise: 'should be a hash' })

const many = listOf(one, asOne, {
  otherwise: '',
  atMost: { items: maxCaches, reason: `no more than ${maxCaches} caches can be created` },
})

export const cache: Shape = {
  schema: { anyOf: [one.schema, many.schema] },
  check: (node, spot) => {
    if (node.kind === 'mapping') one.check(node, spot)
    else if (node.kind === 'sequence') many.check(node, asMany(spot))
    else complain(asMany(spot), node, 'can only be a hash or an array')
  },
}

function asMany(spot: Spot): Spot {
  return renamed(spot, spot.location.replace(/cache$/, 'caches'))
}

function asOne(spot: Spot): Spot {
  return renamed(spot, spot.location.replace(/caches$/, 'cache'))
}

function checkKeyMap(node: MappingNode, spot: Spot): void {
  const files: YamlNode | undefined = valueAt(node, 'files')
  const commits = valueAt(node, 'files_commits')
  if (files && commits) complain(spot, node, 'these keys cannot be used together: files, files_commits')
  const hasKnownKeys = [...node.entries.keys()].every(name => ['files', 'files_commits', 'prefix'].includes(name))
  if (!files && !commits && hasKnownKeys)
    complain(spot, node, `missing required keys: files${textsAt(node, 'prefix') ? ' (prefix alone is no key)' : ''}`)
}
