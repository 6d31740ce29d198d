import type { Budget } from '../document/budget.ts'
import { createExpander, forJobs } from './expand.ts'
import { findVariable, lookUp, type VariableLayers } from './layers.ts'
import { expandInRunner } from './runner-expand.ts'

/**
 * Values of the file's variables as the job will see them: expanded by the server, then once more by the runner. A raw
 * variable of the file is shown by its name where others refer to it.
 */
export function finalValuesOf(
  keys: ReadonlySet<string>,
  layers: VariableLayers,
  budget: Budget,
): Readonly<Record<string, string>> {
  const expander = createExpander(layers, forJobs, budget)
  const serverValue = (key: string) => expander.value(key) ?? lookUp(layers, key) ?? ''
  const runnerValue = (name: string) => (keys.has(name) && isLiteral(name) ? null : serverValue(name))
  return Object.fromEntries(
    [...keys].map(key => [key, isLiteral(key) ? serverValue(key) : expandInRunner(serverValue(key), runnerValue)]),
  )

  function isLiteral(key: string): boolean {
    const variable = findVariable(layers, key)
    return variable !== null && (variable.raw || variable.file)
  }
}
