// Deploy tokens: read or write code and images of one project, or of all projects of a group, and nothing else.
import { mintToken } from '../kit/token.ts'
import { invalid } from './errors.ts'
import type { Scope } from './model.ts'
import { nameProblem } from './names.ts'
import type { DeployTokenRecord, DeployTokenStore, Place } from './store-ports.ts'

const deployScopes: readonly string[] = ['read_repository', 'write_repository', 'read_registry', 'write_registry']

export type DeployTokens = {
  readonly create: (
    place: Place,
    input: {
      readonly name: string
      /** Null: `gitlab+deploy-token-<id>`. */
      readonly username: string | null
      readonly scopes: readonly string[]
      readonly expiresAt: string | null
    },
    createdBy: number,
  ) => Promise<{ readonly record: DeployTokenRecord; readonly token: string }>
}

export function createDeployTokens(deps: {
  readonly store: DeployTokenStore
  readonly now: () => Date
  readonly today: () => string
}): DeployTokens {
  return {
    create: async (place, input, createdBy) => {
      const problem = nameProblem(input.name)
      if (problem !== null) throw invalid('name', problem)
      if (input.username !== null && !/^[A-Za-z0-9_.+-]{1,255}$/.test(input.username))
        throw invalid('username', 'is invalid')
      if (input.username === 'gitlab-ci-token') throw invalid('username', 'is reserved for jobs')
      if (input.scopes.length === 0) throw invalid('scopes', "can't be blank")
      const unknown = input.scopes.find(scope => !deployScopes.includes(scope))
      if (unknown !== undefined) throw invalid('scopes', `'${unknown}' is none of ${deployScopes.join(', ')}`)
      if (input.expiresAt !== null && input.expiresAt <= deps.today())
        throw invalid('expires_at', 'must be a date in the future')
      const { token, hash } = mintToken('gldt-')
      const scopes = input.scopes as readonly Scope[]
      const record = await deps.store.create({ ...input, scopes, place, createdBy }, hash, deps.now().toISOString())
      return { record, token }
    },
  }
}
