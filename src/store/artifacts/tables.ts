export type ArtifactTables = Record<never, never>
