// A project's settings of CI/CD. What is not set is as GitLab has it for a new project.
import { invalid } from './errors.ts'

export const overrideRoles = ['no_one_allowed', 'developer', 'maintainer', 'owner'] as const

export type CiSettings = {
  /** Another file than `.gitlab-ci.yml`, in the repository. */
  readonly configPath?: string
  /** Of jobs that name no `timeout`. */
  readonly timeoutSeconds?: number
  /** False: a new commit of a branch leaves its older pipelines alone. */
  readonly cancelsRedundant?: boolean
  /** Who may give variables to a pipeline. */
  readonly variablesRole?: (typeof overrideRoles)[number]
}

const shortestSeconds = 600
const longestSeconds = 30 * 24 * 3600

export function configPathOf(given: string): string | undefined {
  if (given === '') return undefined
  const isPlain = /^(?!\/)[^@:\p{Cc}]{1,255}\.ya?ml$/u.test(given) && !given.split('/').includes('..')
  if (!isPlain) throw invalid('ci_config_path', 'must be the path of a .yml file of this repository')
  return given
}

export function timeoutOf(seconds: number): number {
  if (seconds >= shortestSeconds && seconds <= longestSeconds) return seconds
  throw invalid('build_timeout', 'needs to be between 10 minutes and 1 month')
}
