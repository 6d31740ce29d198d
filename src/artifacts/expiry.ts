// When artifacts go. PURE but for the caller's clock.
import type { ArtifactAccess } from './records.ts'

/** GitLab's default where the file says nothing. */
export const defaultLifetimeSeconds = 30 * 86_400

/** @param lifetimeSeconds null: the default; `never`: kept for good */
export function expiryOf(lifetimeSeconds: number | 'never' | null, now: Date): string | null {
  if (lifetimeSeconds === 'never') return null
  return new Date(now.getTime() + (lifetimeSeconds ?? defaultLifetimeSeconds) * 1000).toISOString()
}

/** Reports are read by the pipeline's page and by later jobs, and are kept as long as the archive would be. */
export function isVisibleTo(access: ArtifactAccess, level: number): boolean {
  switch (access) {
    case 'all':
      return true
    case 'developer':
      return level >= 30
    case 'maintainer':
      return level >= 40
    case 'none':
      return false
  }
}
