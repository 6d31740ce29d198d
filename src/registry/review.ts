// When the garbage collection may ask whether somebody needs a thing. Every answer that says "it is there" moves that
// time, so that the client has the whole grace for what it builds upon the answer.

export type Grace = {
  /** For blobs, and for manifests that lost what held them. */
  readonly blobMs: number
  /** For manifests without a tag. */
  readonly untaggedMs: number
  /** For uploads without activity, and files without a record. */
  readonly abandonedMs: number
}

const dayMs = 24 * 60 * 60 * 1000
export const defaultGrace: Grace = { blobMs: dayMs, untaggedMs: 7 * dayMs, abandonedMs: dayMs }

export function reviewTime(nowMs: number, graceMs: number): string {
  return new Date(nowMs + graceMs).toISOString()
}

/** Is less than half of the grace left? Then it must be renewed before the answer; else a write would change little. */
export function isNearlyDue(reviewAfter: string | null, nowMs: number, graceMs: number): boolean {
  return reviewAfter !== null && Date.parse(reviewAfter) - nowMs < graceMs / 2
}
