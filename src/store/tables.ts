// All tables, an interface a slice. A slice's tables stand in a file of their own beside its migration.
import type { AccountTables } from './accounts/tables.ts'
import type { ArtifactTables } from './artifacts/tables.ts'
import type { RegistryTables } from './registry/tables.ts'
import type { RunTables } from './run/tables.ts'

export type Tables = AccountTables & RunTables & ArtifactTables & RegistryTables
