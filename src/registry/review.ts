// When the garbage collection may ask whether somebody needs a thing. Every answer that says "it is there" moves that
// time, so that the client has the whole grace for what it builds upon the answer.

export type Grace = {
  /** For blobs, and for manifests that lost what held them. */
  readonly blobMs: number
  /** For manifests without a tag. */
  readonly untaggedMs: number
}

export const defaultGrace: Grace = { blobMs: 24 * 60 * 60 * 1000, untaggedMs: 7 * 24 * 60 * 60 * 1000 }

export function reviewTime(nowMs: number, graceMs: number): string {
  return new Date(nowMs + graceMs).toISOString()
}

/** Is less than half of the grace left? Then it must be renewed before the answer; else a write would change little. */
export function isNearlyDue(reviewAfter: string | null, nowMs: number, graceMs: number): boolean {
  return reviewAfter !== null && Date.parse(reviewAfter) - nowMs < graceMs / 2
}
