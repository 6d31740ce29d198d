export const deploymentTiers = ['production', 'staging', 'testing', 'development', 'other'] as const
export type DeploymentTier = (typeof deploymentTiers)[number]

/** Guessed from an environment's name, as GitLab does. */
export function deploymentTierOf(name: string): DeploymentTier {
  if (/(dev|review|trunk)/i.test(name)) return 'development'
  if (/(test|tst|int|ac(ce|)pt|qa|qc|control|quality)/i.test(name)) return 'testing'
  if (/(st(a|)g|mod(e|)l|pre|demo|non)/i.test(name)) return 'staging'
  if (/(pr(o|)d|live)/i.test(name)) return 'production'
  return 'other'
}
