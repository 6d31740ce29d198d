// Variables of pipelines and jobs may be secret: each is sealed as one JSON text.
import type { Vault } from '../../access/vault.ts'
import type { RunVariable } from '../../run/records.ts'

const context = 'run variable'

export function sealVariable(vault: Vault, variable: RunVariable): Uint8Array {
  return vault.seal(JSON.stringify(variable), context)
}

export function openVariable(vault: Vault, sealed: Uint8Array): RunVariable {
  return JSON.parse(vault.open(sealed, context)) as RunVariable
}

export function sealVariables(vault: Vault, variables: readonly RunVariable[]): Uint8Array {
  return vault.seal(JSON.stringify(variables), context)
}

export function openVariables(vault: Vault, sealed: Uint8Array): readonly RunVariable[] {
  return JSON.parse(vault.open(sealed, context)) as readonly RunVariable[]
}
