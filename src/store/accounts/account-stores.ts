import { type AccountStores, dateOf } from '../../access/accounts.ts'
import type { Database } from '../database.ts'
import { createAccessTokenStore } from './access-token-store.ts'
import { createAuditStore } from './audit-store.ts'
import { createDeployTokenStore } from './deploy-token-store.ts'
import { createGroupStore } from './group-store.ts'
import { createJobTokenSourceStore } from './job-token-source-store.ts'
import { createMemberStore } from './member-store.ts'
import { createProjectStore } from './project-store.ts'
import { createProtectedRefStore } from './protected-ref-store.ts'
import { createSessionStore } from './session-store.ts'
import { createSettingStore } from './setting-store.ts'
import { createUserStore } from './user-store.ts'
import { createVariableStore } from './variable-store.ts'

/** All stores of accounts over one database. */
export function createAccountStores(database: Database, deps: { readonly now: () => Date }): AccountStores {
  const today = () => dateOf(deps.now())
  return {
    users: createUserStore(database),
    groups: createGroupStore(database, { today }),
    projects: createProjectStore(database, { today }),
    members: createMemberStore(database),
    accessTokens: createAccessTokenStore(database),
    deployTokens: createDeployTokenStore(database),
    sessions: createSessionStore(database),
    protectedRefs: createProtectedRefStore(database),
    variables: createVariableStore(database),
    jobTokenSources: createJobTokenSourceStore(database),
    settings: createSettingStore(database),
    audit: createAuditStore(database),
  }
}
