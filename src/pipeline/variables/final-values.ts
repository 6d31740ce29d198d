import { createExpander, forJobs } from './expand.ts'
import { lookUp, type VariableLayers } from './layers.ts'
import { expandInRunner } from './runner-expand.ts'

/** Values as the job will see them: expanded by the server, then once more by the runner. */
export function finalValuesOf(keys: Iterable<string>, layers: VariableLayers): Readonly<Record<string, string>> {
  const expander = createExpander(layers, forJobs)
  const serverValue = (key: string) => expander.value(key) ?? lookUp(layers, key)
  const values: [string, string][] = []
  for (const key of keys) {
    const value = serverValue(key) ?? ''
    values.push([
      key,
      isLiteral(layers, key) ? value : expandInRunner(value, name => runnerValue(layers, name, serverValue)),
    ])
  }
  return Object.fromEntries(values)
}

function runnerValue(layers: VariableLayers, name: string, serverValue: (key: string) => string | null): string | null {
  // Raw values are not written into others, not even here.
  return isLiteral(layers, name) ? null : (serverValue(name) ?? '')
}

function isLiteral(layers: VariableLayers, key: string): boolean {
  const variable = layers.find(layer => layer.has(key))?.get(key)
  return variable !== undefined && (variable.raw || variable.file)
}
