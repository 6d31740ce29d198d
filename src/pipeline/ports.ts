// What the compiler reads from outside: files of repositories for `include` and `exists`, diffs for `compare_to`.
// Calls may run at the same time and must be idempotent; the compiler asks for one thing once in a compile.
// An answer of `null` says "does not exist, or this user may not see it" (the two are not told apart).

export interface SourceFiles {
  /** The text of a file of a project at a commit. */
  readFile(place: { readonly project: string; readonly sha: string; readonly path: string }): Promise<string | null>
  /** All paths of a project at a commit, without a leading slash. */
  listFiles(place: { readonly project: string; readonly sha: string }): Promise<readonly string[] | null>
  /** The commit of a branch, tag or SHA; without a ref: of the default branch. */
  resolveRef(place: { readonly project: string; readonly ref: string | null }): Promise<string | null>
  /** The tags of a project, for `component: …@~latest` and `@1.2`. */
  listTags(project: string): Promise<readonly string[] | null>
  /** The text behind a URL; the fetcher guards against addresses that it should not reach. */
  fetchRemote(url: string): Promise<RemoteText>
  /** A template that comes with the server. */
  readTemplate(name: string): Promise<string | null>
  /** A file of the artifacts of a job of the parent pipeline. */
  readArtifact(place: { readonly job: string; readonly path: string }): Promise<string | null>
  /**
   * Paths that differ between the merge base with `ref` and the pipeline's commit; null: `ref` is no valid ref;
   * `unknown`: nothing is known of other refs here, and every `changes:` matches.
   */
  changedSince(ref: string): Promise<readonly string[] | 'unknown' | null>
}

export type RemoteText = { readonly text: string } | { readonly failure: string }

/** For a text that stands alone: nothing but itself can be read. */
export const noSourceFiles: SourceFiles = {
  readFile: async () => null,
  listFiles: async () => [],
  resolveRef: async () => null,
  listTags: async () => null,
  fetchRemote: async () => ({ failure: 'remote files cannot be read here' }),
  readTemplate: async () => null,
  readArtifact: async () => null,
  changedSince: async () => null,
}
