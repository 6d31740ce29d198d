// Variables stand in layers; a name means its value in the strongest layer that has it. A value that refers to its own
// name sees the next weaker layer.

export interface LayeredVariable {
  readonly value: string
  /** Never expanded. */
  readonly raw: boolean
  /** The value is a file's content; the job sees its path. */
  readonly file: boolean
  /** Not to be shown to anybody. */
  readonly masked: boolean
}

export type VariableLayer = ReadonlyMap<string, LayeredVariable>

/** Strongest first. */
export type VariableLayers = readonly VariableLayer[]

export function findVariable(layers: VariableLayers, name: string): LayeredVariable | null {
  for (const layer of layers) {
    const variable = layer.get(name)
    if (variable) return variable
  }
  return null
}

/** The same layers with what nobody shall see struck out. */
export function shownLayers(layers: VariableLayers): VariableLayers {
  return layers.map(layer => (hasMasked(layer) ? struckOut(layer) : layer))
}

function hasMasked(layer: VariableLayer): boolean {
  for (const variable of layer.values()) if (variable.masked) return true
  return false
}

function struckOut(layer: VariableLayer): VariableLayer {
  const before = shown.get(layer)
  if (before) return before
  const hide = (variable: LayeredVariable) => (variable.masked ? { ...variable, value: '[MASKED]' } : variable)
  const result = new Map([...layer].map(([key, variable]) => [key, hide(variable)]))
  shown.set(layer, result)
  return result
}

const shown = new WeakMap<VariableLayer, VariableLayer>()

/** The value as written, or null when no layer has the name. */
export function lookUp(layers: VariableLayers, name: string): string | null {
  return findVariable(layers, name)?.value ?? null
}

export function plainLayer(values: Readonly<Record<string, string | null | undefined>>): VariableLayer {
  const layer = new Map<string, LayeredVariable>()
  for (const [key, value] of Object.entries(values)) {
    if (value !== null && value !== undefined)
      layer.set(key, { value, raw: userTexts.has(key), file: false, masked: false })
  }
  return layer
}

export function layerOf(
  variables: Iterable<{
    readonly key: string
    readonly value: string
    readonly raw?: boolean
    readonly file?: boolean
    readonly masked?: boolean
  }>,
): VariableLayer {
  const layer = new Map<string, LayeredVariable>()
  for (const { key, value, raw, file, masked } of variables)
    layer.set(key, { value, raw: raw === true, file: file === true, masked: masked === true })
  return layer
}

/** Predefined values that people write: a `$` in a commit message is no reference. */
const userTexts = new Set([
  'CI_COMMIT_MESSAGE',
  'CI_COMMIT_TITLE',
  'CI_COMMIT_DESCRIPTION',
  'CI_COMMIT_AUTHOR',
  'CI_COMMIT_TAG_MESSAGE',
  'CI_MERGE_REQUEST_TITLE',
  'CI_MERGE_REQUEST_DESCRIPTION',
  'CI_MERGE_REQUEST_LABELS',
  'CI_PROJECT_TITLE',
  'CI_PROJECT_DESCRIPTION',
])
