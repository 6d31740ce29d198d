// Accounts and repositories: who there is, what they may, and where the code lies.
import { join } from 'node:path'
import { type Accounts, createAccounts } from '../../access/accounts.ts'
import type { ProjectHooks } from '../../access/projects.ts'
import { createVault, readVaultKey, type Vault } from '../../access/vault.ts'
import { createRepositories, type Repositories } from '../../git/repositories.ts'
import type { RunReader } from '../../run/store-ports.ts'
import { createAccountStores } from '../../store/accounts/account-stores.ts'
import type { Database } from '../../store/database.ts'
import { createJobTokens } from '../../store/run/job-token-store.ts'
import { createRunReader } from '../../store/run/run-reader.ts'

export type OpenAccounts = {
  readonly accounts: Accounts
  readonly repositories: Repositories
  readonly vault: Vault
  readonly reads: RunReader
}

/** @param end what happens elsewhere when a project goes; asked late, because it is made of what comes after this */
export async function openAccounts(
  { database, dataFolder, now }: { readonly database: Database; readonly dataFolder: string; readonly now: () => Date },
  end: () => Pick<ProjectHooks, 'onDeleting' | 'onDeleted'>,
): Promise<OpenAccounts> {
  const vault = createVault(await readVaultKey(join(dataFolder, 'keys')))
  const reads = createRunReader({ database, vault })
  const repositories = await createRepositories({
    root: join(dataFolder, 'repositories'),
    searchPath: process.env.PATH ?? '/usr/bin:/bin',
  })
  const accounts = createAccounts({
    stores: createAccountStores(database, { now }),
    jobTokens: createJobTokens(reads),
    vault,
    projectHooks: {
      onCreated: async project => {
        await repositories.ensure(project.id)
        await repositories.setDefaultBranch(project.id, project.defaultBranch)
      },
      onDeleting: projectId => end().onDeleting(projectId),
      onDeleted: projectId => end().onDeleted(projectId),
    },
    now,
  })
  return { accounts, repositories, vault, reads }
}
