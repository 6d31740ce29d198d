// Protected environments: who may deploy to them.
import type { Listed, Page } from './store-ports.ts'

export type Deployer =
  | { readonly kind: 'role'; readonly level: 30 | 40 | 60 }
  | { readonly kind: 'user'; readonly userId: number }

export type ProtectedEnvironmentRecord = {
  readonly id: number
  readonly projectId: number
  readonly name: string
  /** Each of them is enough. */
  readonly deployers: readonly Deployer[]
}

export type ProtectedEnvironmentStore = {
  readonly byName: (projectId: number, name: string) => Promise<ProtectedEnvironmentRecord | null>
  readonly list: (projectId: number, page: Page) => Promise<Listed<ProtectedEnvironmentRecord>>
  /** Null: the environment is protected already. */
  readonly create: (rule: Omit<ProtectedEnvironmentRecord, 'id'>) => Promise<ProtectedEnvironmentRecord | null>
  readonly setDeployers: (id: number, deployers: readonly Deployer[]) => Promise<void>
  readonly delete: (id: number) => Promise<void>
}
