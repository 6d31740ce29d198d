// What the HTTP server asks of the rest, beside access: who a runner is, and what the health and metrics pages show.

export type RunnerIdentity = { readonly runnerId: number }
export type LeaseIdentity = { readonly jobId: number; readonly lease: number; readonly projectId: number }

export type RunnerDoor = {
  /** By a runner token; null when it is unknown. */
  readonly runner: (token: string) => Promise<RunnerIdentity | null>
  /** By a lease token, or gitlab-runner's job token, of this job. `ended`: it was one, but no more (409). */
  readonly lease: (jobId: number, token: string) => Promise<LeaseIdentity | 'ended' | null>
}

export type Health = {
  /** Can the server take pushes and jobs? Each check by name, with a sentence where it fails. */
  readonly ready: () => Promise<{ readonly ready: boolean; readonly checks: Readonly<Record<string, string>> }>
  /** Prometheus' text format. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>
}
