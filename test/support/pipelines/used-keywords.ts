// The keywords that a file uses, named by the way to them as in docs/pipeline-syntax.md.
import { isMap, type WrittenFile, type WrittenMap } from './yaml-files.ts'

/** Keywords with keywords below them. */
const parents = [
  'artifacts',
  'artifacts:reports',
  'cache',
  'environment',
  'except',
  'include',
  'include:rules',
  'only',
  'release',
  'rules',
  'trigger',
  'workflow',
  'workflow:rules',
]

export function usedKeywords({ header, root }: WrittenFile): ReadonlySet<string> {
  const maps = Object.entries(root).flatMap(([key, value]) => (key !== 'variables' && isMap(value) ? [value] : []))
  // A key of the root is a setting or a job; the keys of `default` and of jobs are looked at in the same way.
  return new Set([...namesIn('', root), ...maps.flatMap(map => namesIn('', map)), ...headerNames(header)])
}

function namesIn(prefix: string, map: WrittenMap): readonly string[] {
  return Object.entries(map).flatMap(([key, value]) => {
    const name = prefix === '' ? key : `${prefix}:${key}`
    const below = name === 'trigger:include' ? 'include' : name
    return [name, ...(parents.includes(below) ? mapsIn(value).flatMap(each => namesIn(below, each)) : [])]
  })
}

function headerNames(header: WrittenMap | null): readonly string[] {
  const spec = header?.spec
  if (!isMap(spec)) return []
  const definitions = isMap(spec.inputs) ? Object.values(spec.inputs).filter(isMap) : []
  return [...namesIn('spec', spec), ...definitions.flatMap(each => namesIn('spec:inputs', each))]
}

function mapsIn(value: unknown): readonly WrittenMap[] {
  if (Array.isArray(value)) return value.flatMap(mapsIn)
  return isMap(value) ? [value] : []
}
