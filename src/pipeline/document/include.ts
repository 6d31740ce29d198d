import { ConditionError } from '../condition/clause.ts'
import { decideRules, whenOf } from '../condition/rules.ts'
import { include as includeShape, locatorsOf } from '../keywords/include.ts'
import { flatItemsOf, textsAt } from '../plan/read.ts'
import { isString, type MappingNode, mappingOf, type SourceText, valueAt, type YamlNode } from '../yaml/node.ts'
import { nodeOf } from '../yaml/plain.ts'
import type { ComponentFacts } from './component.ts'
import { readDocument } from './document.ts'
import { resolveInputs } from './inputs.ts'
import { interpolate } from './interpolate.ts'
import { type Assembly, type FileToLoad, type Loading, loadingOf } from './loading.ts'
import { IncludeError, inputsOf, type LocatedText, locate, type Origin } from './locate.ts'
import { mergeDeep } from './merge.ts'
import { sharedInputs, withInputDefinitions } from './shared-inputs.ts'

const maxPipelineInputs = 20

/**
 * A file with everything that it includes: included files are merged from left to right, the file itself on top. Each
 * file does its own header first. null when one of them cannot be read: what is missing would look like mistakes of the
 * others. Throws BudgetExceeded.
 */
export async function assemble(source: SourceText, assembly: Assembly): Promise<MappingNode | null> {
  const { context, diagnostics } = assembly
  const place = { source, offset: 0 }
  const names = Object.keys(context.inputs)
  if (names.length > maxPipelineInputs)
    diagnostics.error(`a pipeline takes at most ${maxPipelineInputs} inputs`, 'inputs', place)
  const given = new Map(Object.entries(context.inputs).map(([name, value]) => [name, nodeOf(value, place)]))
  const origin = { project: context.project.path, sha: context.sha }
  const loading = loadingOf(assembly)
  const root = await load({ source, origin, inputs: { given, place, isUntyped: true } }, loading)
  return loading.missing.length === 0 ? root : null
}

async function load(file: FileToLoad, loading: Loading): Promise<MappingNode | null> {
  const document = readDocument(file.source, loading.diagnostics)
  if (!document) return null
  loading.nodeBudget.spend(document.nodeCount)
  const missingBefore = loading.missing.length
  const header = document.header && (await withSharedInputs(document.header, file, loading))
  if (loading.missing.length > missingBefore) return null
  const root = header ? withInputs(header, document.root, file, loading) : document.root
  if (!header) refuseInputs(file, loading)
  const include = valueAt(root, 'include')
  return include ? withIncludes(root, include, file.origin, loading) : root
}

/** `spec:include`: files that only define inputs, which the header's own ones stand above. */
async function withSharedInputs(header: YamlNode, { origin }: FileToLoad, loading: Loading): Promise<YamlNode> {
  const include = valueAt(header, 'include')
  if (!include || header.kind !== 'mapping') return header
  const located = await Promise.all(
    flatItemsOf(include)
      .filter(isLocated)
      .map(entry => locateEntry(entry, origin, loading)),
  )
  const shared = located.flat().flatMap(({ file, text }) => sharedInputs({ file, text }, loading))
  return withInputDefinitions(header, shared)
}

function withInputs(header: YamlNode, root: MappingNode, file: FileToLoad, loading: Loading): MappingNode {
  const { diagnostics, names, textBudget } = loading
  const inputs = resolveInputs({ header, ...file.inputs, diagnostics })
  const component = file.facts ? componentFor(header, file.facts) : null
  const interpolated = interpolate(root, {
    inputs,
    component,
    expandVariables: names.expand,
    budget: textBudget,
    diagnostics,
  })
  return interpolated.kind === 'mapping' ? interpolated : root
}

function componentFor(header: YamlNode, facts: ComponentFacts): ReadonlyMap<string, string> {
  const asked = textsAt(header, 'component') ?? []
  return new Map(Object.entries(facts).filter(([name]) => asked.includes(name)))
}

function refuseInputs({ inputs, source }: FileToLoad, { diagnostics }: Loading): void {
  for (const [name, node] of inputs.given)
    diagnostics.error(
      `Given inputs not defined in the \`spec\` section of the included configuration file: ${name} (${source.file} has no header)`,
      `inputs:${name}`,
      node.place,
    )
}

async function withIncludes(
  root: MappingNode,
  include: YamlNode,
  origin: Origin,
  loading: Loading,
): Promise<MappingNode> {
  const { diagnostics, mergeBudget } = loading
  includeShape.check(include, { path: 'include', location: 'include', subject: 'include config', diagnostics })
  const own = mappingOf(new Map([...root.entries].filter(([key]) => key !== 'include')), root.place)
  const parts: YamlNode[] = []
  for (const entry of flatItemsOf(include)) {
    if (isLocated(entry)) parts.push(...(await loadEntry(entry, origin, loading)))
    else loading.missing.push(entry)
  }
  const nothing: YamlNode = mappingOf(new Map(), root.place)
  const whole = [...parts, own].reduce((below, above) => mergeDeep(below, above, mergeBudget, 'keep'), nothing)
  return whole.kind === 'mapping' ? whole : own
}

/** An entry with several locators, or none, was told of: what one of them leads to says nothing more. */
function isLocated(entry: YamlNode): boolean {
  return isString(entry) || (entry.kind === 'mapping' && locatorsOf(entry).length === 1)
}

async function loadEntry(entry: YamlNode, origin: Origin, loading: Loading): Promise<readonly MappingNode[]> {
  const roots: MappingNode[] = []
  for (const each of await locateEntry(entry, origin, loading)) {
    const root = await loadLocated(each, entry, loading)
    if (root) roots.push(root)
    else loading.missing.push(entry)
  }
  return roots
}

/** The texts that an entry names; what is wrong with it is told, and then there are none. */
async function locateEntry(entry: YamlNode, origin: Origin, loading: Loading): Promise<readonly LocatedText[]> {
  const { context, files, names, diagnostics } = loading
  try {
    if (!(await isWanted(entry, loading))) return []
    loading.fileBudget.spend(1)
    const suggest = diagnostics.didYouMean
    const located = await locate({ entry, origin, context, files, expand: names.expand, suggest })
    loading.fileBudget.spend(located.length - 1)
    return located
  } catch (error) {
    if (!(error instanceof IncludeError || error instanceof ConditionError)) throw error
    diagnostics.error(error.message, 'include', entry.place)
    loading.missing.push(entry)
    return []
  }
}

function loadLocated(
  { file, text, origin, facts }: LocatedText,
  entry: YamlNode,
  loading: Loading,
): Promise<MappingNode | null> {
  const inputs = { given: inputsOf(entry), place: entry.place, isUntyped: false }
  return load({ source: { file, text }, origin, inputs, facts }, loading)
}

async function isWanted(entry: YamlNode, { surroundings }: Loading): Promise<boolean> {
  const rules = valueAt(entry, 'rules')
  if (!rules) return true
  const { rule } = await decideRules(rules, surroundings)
  return rule !== null && whenOf(rule) !== 'never'
}
