import type { Migration } from '../migrate.ts'

export const accounts: readonly Migration[] = []
