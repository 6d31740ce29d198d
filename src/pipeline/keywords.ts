import { inputFields, specFields } from './document/input-definition.ts'
import { artifactFields, reportFields } from './keywords/artifacts.ts'
import { cacheFields } from './keywords/cache.ts'
import { includeRuleFields, jobRuleFields, policyFields, workflowRuleFields } from './keywords/conditions.ts'
import { environmentFields, releaseFields } from './keywords/deployment.ts'
import { includeFields } from './keywords/include.ts'
import { bridgeFields, defaultFields, jobFields } from './keywords/job.ts'
import { isRefused } from './keywords/refused.ts'
import { rootFields, workflowFields } from './keywords/root.ts'
import type { Fields } from './keywords/shape.ts'
import { childTriggerFields, projectTriggerFields } from './keywords/trigger.ts'

// All keywords of the language in one list, taken from the tables that check them: what is listed here is what is checked.

export interface Keyword {
  /** The way to it: `artifacts:expire_in`. */
  readonly keyword: string
  readonly scopes: readonly Scope[]
  /** A refused one is a mistake that names itself. */
  readonly isSupported: boolean
}

export type Scope = 'root' | 'default' | 'job' | 'trigger job' | 'header' | 'include'

/** Sorted by the way to them. */
export function allKeywords(): readonly Keyword[] {
  const found = new Map<string, { scopes: Scope[]; isSupported: boolean }>()
  for (const { prefix, fields, scope } of tables) {
    for (const [name, field] of Object.entries(fields)) {
      if (prefix === '' && notKeywords.includes(name)) continue
      const keyword = prefix === '' ? name : `${prefix}:${name}`
      const known = found.get(keyword) ?? { scopes: [], isSupported: !isRefused(field) }
      known.scopes.push(scope)
      found.set(keyword, known)
    }
  }
  return [...found].map(([keyword, facts]) => ({ keyword, ...facts })).sort((a, b) => (a.keyword < b.keyword ? -1 : 1))
}

/** `spec` in the configuration itself is only there to be told of. */
const notKeywords: readonly string[] = ['spec']

const tables: readonly { readonly prefix: string; readonly fields: Fields; readonly scope: Scope }[] = [
  { prefix: '', fields: rootFields, scope: 'root' },
  { prefix: '', fields: defaultFields, scope: 'default' },
  { prefix: '', fields: jobFields, scope: 'job' },
  { prefix: '', fields: bridgeFields, scope: 'trigger job' },
  { prefix: 'artifacts', fields: artifactFields, scope: 'job' },
  { prefix: 'artifacts:reports', fields: reportFields, scope: 'job' },
  { prefix: 'cache', fields: cacheFields, scope: 'job' },
  { prefix: 'environment', fields: environmentFields, scope: 'job' },
  { prefix: 'release', fields: releaseFields, scope: 'job' },
  { prefix: 'rules', fields: jobRuleFields, scope: 'job' },
  { prefix: 'only', fields: policyFields, scope: 'job' },
  { prefix: 'except', fields: policyFields, scope: 'job' },
  { prefix: 'trigger', fields: projectTriggerFields, scope: 'trigger job' },
  { prefix: 'trigger', fields: childTriggerFields, scope: 'trigger job' },
  { prefix: 'workflow', fields: workflowFields, scope: 'root' },
  { prefix: 'workflow:rules', fields: workflowRuleFields, scope: 'root' },
  { prefix: 'include', fields: includeFields, scope: 'include' },
  { prefix: 'include:rules', fields: includeRuleFields, scope: 'include' },
  { prefix: 'spec', fields: specFields, scope: 'header' },
  { prefix: 'spec:inputs', fields: inputFields, scope: 'header' },
]
