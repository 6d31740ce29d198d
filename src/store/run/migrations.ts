import type { Migration } from '../migrate.ts'

export const runs: readonly Migration[] = []
