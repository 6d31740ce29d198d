// CI/CD variables of the instance, of groups and of projects, with GitLab's rules for keys, scopes and masking.
import { invalid } from './errors.ts'
import type { ProjectStore, VariablePlace, VariableRecord, VariableStore } from './store-ports.ts'
import type { Vault } from './vault.ts'

export type VariableValue = Omit<VariableRecord, 'valueSealed'> & { readonly value: string }

/** As the pipeline compiler takes them. */
export type LevelVariable = {
  readonly key: string
  readonly value: string
  readonly raw: boolean
  readonly masked: boolean
  readonly file: boolean
  readonly protected: boolean
  readonly environmentScope: string
}

export type VariableLevels = {
  readonly instance: readonly LevelVariable[]
  /** Outer groups first. */
  readonly groups: readonly LevelVariable[]
  readonly project: readonly LevelVariable[]
}

export type Variables = {
  readonly list: (place: VariablePlace) => Promise<readonly VariableValue[]>
  readonly create: (place: VariablePlace, variable: VariableValue) => Promise<void>
  /** False: there is none with this key and scope. */
  readonly change: (
    place: VariablePlace,
    known: { readonly key: string; readonly environmentScope: string },
    variable: VariableValue,
  ) => Promise<boolean>
  readonly remove: (place: VariablePlace, key: string, environmentScope: string) => Promise<boolean>
  /** All that a pipeline of the project sees; protected ones only where the ref is protected. */
  readonly levels: (where: { readonly projectId: number; readonly isProtected: boolean }) => Promise<VariableLevels>
}

export function createVariables(deps: {
  readonly store: VariableStore
  readonly projects: ProjectStore
  readonly vault: Vault
}): Variables {
  const open = (place: VariablePlace, record: VariableRecord): VariableValue => {
    const { valueSealed, ...rest } = record
    return { ...rest, value: deps.vault.open(valueSealed, contextOf(place, record.key)) }
  }
  const seal = (place: VariablePlace, { value, ...rest }: VariableValue): VariableRecord => {
    return { ...rest, valueSealed: deps.vault.seal(value, contextOf(place, rest.key)) }
  }
  const list = async (place: VariablePlace) => (await deps.store.list(place)).map(record => open(place, record))

  return {
    list,
    create: async (place, variable) => {
      checkVariable(variable)
      await deps.store.create(place, seal(place, variable))
    },
    change: async (place, known, variable) => {
      checkVariable(variable)
      return deps.store.update(place, known.key, known.environmentScope, seal(place, variable))
    },
    remove: (place, key, environmentScope) => deps.store.delete(place, key, environmentScope),
    levels: async ({ projectId, isProtected }) => {
      const level = async (place: VariablePlace) =>
        (await list(place)).filter(variable => isProtected || !variable.isProtected).map(toLevelVariable)
      const groupIds = [...(await deps.projects.groupIds(projectId))].reverse()
      const groups: LevelVariable[] = []
      for (const groupId of groupIds) groups.push(...(await level({ kind: 'group', groupId })))
      return {
        instance: await level({ kind: 'instance' }),
        groups,
        project: await level({ kind: 'project', projectId }),
      }
    },
  }
}

/** GitLab's rules. A masked value that is not raw may hold only what survives being expanded. */
function checkVariable(variable: VariableValue): void {
  const { key, value, environmentScope } = variable
  if (!/^[A-Za-z0-9_]{1,255}$/.test(key)) throw invalid('key', "can contain only letters, digits and '_'.")
  if (value.length > 65_536) throw invalid('value', 'is too long (maximum is 65536 characters)')
  if (value.includes('\0')) throw invalid('value', 'must not hold a null byte')
  if (!/^[\w\-./{}$* ]{1,255}$/.test(environmentScope)) throw invalid('environment_scope', 'is invalid')
  if (variable.isHidden && !variable.isMasked) throw invalid('masked', 'must be set for a hidden variable')
  if (!variable.isMasked) return
  const maskable = variable.isRaw ? /^\S{8,}$/ : /^[A-Za-z0-9_+=/@:.~-]{8,}$/
  if (!maskable.test(value)) {
    const allowed = variable.isRaw ? 'no white space' : 'only letters, digits and _+=/@:.~-'
    throw invalid('value', `is invalid: to be masked it needs at least 8 characters on one line, with ${allowed}`)
  }
}

function contextOf(place: VariablePlace, key: string): string {
  if (place.kind === 'instance') return `instance ${key}`
  return place.kind === 'group' ? `group ${place.groupId} ${key}` : `project ${place.projectId} ${key}`
}

function toLevelVariable(variable: VariableValue): LevelVariable {
  return {
    key: variable.key,
    value: variable.value,
    raw: variable.isRaw,
    masked: variable.isMasked,
    file: variable.kind === 'file',
    protected: variable.isProtected,
    environmentScope: variable.environmentScope,
  }
}
