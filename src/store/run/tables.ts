export type RunTables = Record<never, never>
