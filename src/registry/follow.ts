// A project may follow an image of another project: its pipeline runs when that image is pushed. Pure: who is told of a
// push, and which follows would run in a circle.
import { compileRegex } from './user-pattern.ts'

export type Follow = {
  readonly id: number
  /** Who follows. */
  readonly projectId: number
  /** Whose pipelines it starts, with their rights. */
  readonly userId: number
  readonly ref: string
  readonly sourceProjectId: number
  readonly sourceSuffix: string
  /** A regular expression for the whole tag. */
  readonly tagPattern: string
}

/**
 * Would this follow close a circle? A pipeline pushes images of its own project, so projects are what goes round: A follows B
 * follows C … follows A. A project may not follow itself either.
 */
export function closesCircle(
  follows: readonly Pick<Follow, 'projectId' | 'sourceProjectId'>[],
  added: Pick<Follow, 'projectId' | 'sourceProjectId'>,
): boolean {
  const seen = new Set<number>()
  const waiting = [added.sourceProjectId]
  for (let project = waiting.pop(); project !== undefined; project = waiting.pop()) {
    if (project === added.projectId) return true
    if (seen.has(project)) continue
    seen.add(project)
    waiting.push(...follows.filter(follow => follow.projectId === project).map(follow => follow.sourceProjectId))
  }
  return false
}

export function matchesTag(follow: Pick<Follow, 'tagPattern'>, tag: string): boolean {
  return compileRegex(follow.tagPattern, 'tag_pattern')(tag)
}

/** What the follower's pipeline is told. */
export function followVariables(image: {
  readonly host: string
  readonly repository: string
  readonly tag: string
  readonly digest: string
}): Readonly<Record<string, string>> {
  const { host, repository, tag, digest } = image
  return {
    SLIPWAY_FOLLOWED_IMAGE: `${host}/${repository}`,
    SLIPWAY_FOLLOWED_TAG: tag,
    SLIPWAY_FOLLOWED_DIGEST: digest,
    SLIPWAY_FOLLOWED_REFERENCE: `${host}/${repository}@${digest}`,
  }
}
