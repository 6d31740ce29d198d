import { ConditionError, type Surroundings } from '../condition/clause.ts'
import { decideRules, whenOf } from '../condition/rules.ts'
import { surroundingsOf } from '../condition/surroundings.ts'
import type { PipelineContext } from '../context.ts'
import type { Diagnostics } from '../diagnostics.ts'
import { include as includeShape, locatorsOf } from '../keywords/include.ts'
import { flatItemsOf } from '../plan/read.ts'
import type { SourceFiles } from '../ports.ts'
import { createExpander, type Expander, forNames } from '../variables/expand.ts'
import { createVariableSpace } from '../variables/space.ts'
import { documentLimits } from '../yaml/limits.ts'
import {
  isString,
  type MappingNode,
  mappingOf,
  type Place,
  type SourceText,
  valueAt,
  type YamlNode,
} from '../yaml/node.ts'
import { nodeOf } from '../yaml/plain.ts'
import { type Budget, createBudget } from './budget.ts'
import { readDocument } from './document.ts'
import { type Inputs, resolveInputs } from './inputs.ts'
import { interpolate } from './interpolate.ts'
import { IncludeError, inputsOf, type LocatedText, locate, type Origin } from './locate.ts'
import { mergeDeep } from './merge.ts'

const maxFiles = 150
const maxPipelineInputs = 20

export interface Assembly {
  readonly context: PipelineContext
  readonly files: SourceFiles
  readonly diagnostics: Diagnostics
  readonly mergeBudget: Budget
}

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

interface Loading extends Assembly {
  readonly names: Expander
  readonly surroundings: Surroundings
  readonly textBudget: Budget
  readonly nodeBudget: Budget
  readonly fileBudget: Budget
  /** Entries of `include` that could not be read, which grows. */
  readonly missing: YamlNode[]
}

interface FileToLoad {
  readonly source: SourceText
  readonly origin: Origin
  readonly inputs: { readonly given: Inputs; readonly place: Place; readonly isUntyped: boolean }
}

function loadingOf(assembly: Assembly): Loading {
  const { context, files } = assembly
  const space = createVariableSpace(context)
  const layers = space.layersFor({})
  return {
    ...assembly,
    names: createExpander(layers, forNames, space.expansionBudget),
    surroundings: surroundingsOf(context, files, layers, space.expansionBudget),
    textBudget: createBudget(documentLimits.expandedBytes, 'inputs make more than 20 MB of text'),
    nodeBudget: createBudget(
      documentLimits.nodes,
      'the configuration has more than 100,000 nodes with all its includes',
    ),
    missing: [],
    fileBudget: createBudget(maxFiles, `Maximum of ${maxFiles} nested includes are allowed!`),
  }
}

async function load(file: FileToLoad, loading: Loading): Promise<MappingNode | null> {
  const document = readDocument(file.source, loading.diagnostics)
  if (!document) return null
  loading.nodeBudget.spend(document.nodeCount)
  const root = document.header ? withInputs(document.header, document.root, file, loading) : document.root
  if (!document.header) refuseInputs(file, loading)
  const include = valueAt(root, 'include')
  return include ? withIncludes(root, include, file.origin, loading) : root
}

function withInputs(header: YamlNode, root: MappingNode, file: FileToLoad, loading: Loading): MappingNode {
  const { diagnostics, names, textBudget } = loading
  const inputs = resolveInputs({ header, ...file.inputs, diagnostics })
  const interpolated = interpolate(root, { inputs, expandVariables: names.expand, budget: textBudget, diagnostics })
  return interpolated.kind === 'mapping' ? interpolated : root
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
  const { context, files, names, diagnostics } = loading
  try {
    if (!(await isWanted(entry, loading))) return []
    loading.fileBudget.spend(1)
    const suggest = diagnostics.didYouMean
    const located = await locate({ entry, origin, context, files, expand: names.expand, suggest })
    loading.fileBudget.spend(located.length - 1)
    const roots: MappingNode[] = []
    for (const each of located) {
      const root = await loadLocated(each, entry, loading)
      if (root) roots.push(root)
      else loading.missing.push(entry)
    }
    return roots
  } catch (error) {
    if (!(error instanceof IncludeError || error instanceof ConditionError)) throw error
    diagnostics.error(error.message, 'include', entry.place)
    loading.missing.push(entry)
    return []
  }
}

function loadLocated(
  { file, text, origin }: LocatedText,
  entry: YamlNode,
  loading: Loading,
): Promise<MappingNode | null> {
  const inputs = { given: inputsOf(entry), place: entry.place, isUntyped: false }
  return load({ source: { file, text }, origin, inputs }, loading)
}

async function isWanted(entry: YamlNode, { surroundings }: Loading): Promise<boolean> {
  const rules = valueAt(entry, 'rules')
  if (!rules) return true
  const { rule } = await decideRules(rules, surroundings)
  return rule !== null && whenOf(rule) !== 'never'
}
