import { change, getAll } from './client.ts'

export type Variable = {
  readonly key: string
  /** Null when it is hidden. */
  readonly value: string | null
  readonly variable_type: 'env_var' | 'file'
  readonly protected: boolean
  readonly masked: boolean
  readonly hidden?: boolean
  readonly raw: boolean
  readonly environment_scope?: string
  readonly description: string | null
}

/** `base`: `projects/7`, `groups/3` or `admin/ci`. */
export function listVariables(base: string, signal: AbortSignal): Promise<readonly Variable[]> {
  return getAll<Variable>(`${base}/variables`, { signal })
}

export function createVariable(base: string, variable: VariableInput): Promise<Variable> {
  return change<Variable>('POST', `${base}/variables`, { body: variable })
}

export function changeVariable(base: string, before: Variable, variable: VariableInput): Promise<Variable> {
  return change<Variable>('PUT', `${base}/variables/${encodeURIComponent(before.key)}`, {
    query: filterOf(before),
    body: variable,
  })
}

export function deleteVariable(base: string, variable: Variable): Promise<unknown> {
  return change('DELETE', `${base}/variables/${encodeURIComponent(variable.key)}`, { query: filterOf(variable) })
}

export type VariableInput = {
  readonly key: string
  /** Left out: the value stays. */
  readonly value?: string
  readonly variable_type: Variable['variable_type']
  readonly protected: boolean
  readonly masked: boolean
  readonly raw: boolean
  readonly environment_scope?: string
  readonly description: string
}

/** The same key may exist for several environments. */
function filterOf(variable: Variable): Readonly<Record<string, string>> {
  return variable.environment_scope === undefined ? {} : { 'filter[environment_scope]': variable.environment_scope }
}
