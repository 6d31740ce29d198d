import type { Migration } from '../migrate.ts'

export const registry: readonly Migration[] = []
