// Variables stand in layers; a name means its value in the strongest layer that has it. A value that refers to its own
// name sees the next weaker layer.

export interface LayeredVariable {
  readonly value: string
  /** Never expanded. */
  readonly raw: boolean
  /** The value is a file's content; the job sees its path. */
  readonly file: boolean
}

export type VariableLayer = ReadonlyMap<string, LayeredVariable>

/** Strongest first. */
export type VariableLayers = readonly VariableLayer[]

/** The value as written, or null when no layer has the name. */
export function lookUp(layers: VariableLayers, name: string): string | null {
  for (const layer of layers) {
    const variable = layer.get(name)
    if (variable) return variable.value
  }
  return null
}

export function plainLayer(values: Readonly<Record<string, string | null | undefined>>): VariableLayer {
  const layer = new Map<string, LayeredVariable>()
  for (const [key, value] of Object.entries(values)) {
    if (value !== null && value !== undefined) layer.set(key, { value, raw: false, file: false })
  }
  return layer
}

export function layerOf(
  variables: Iterable<{
    readonly key: string
    readonly value: string
    readonly raw?: boolean
    readonly file?: boolean
  }>,
): VariableLayer {
  const layer = new Map<string, LayeredVariable>()
  for (const { key, value, raw, file } of variables) layer.set(key, { value, raw: raw === true, file: file === true })
  return layer
}
