import type { Migration } from '../migrate.ts'

export const artifacts: readonly Migration[] = []
