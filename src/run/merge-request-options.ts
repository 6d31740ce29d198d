/** What `git push -o merge_request.…` asks for. Null: no merge request. */
export type MergeRequestOptions = {
  readonly target: string | null
  readonly title: string | null
  readonly description: string | null
  readonly isDraft: boolean
  readonly labels: readonly string[]
}

export function mergeRequestOptionsOf(options: readonly string[]): MergeRequestOptions | null {
  if (!options.includes('merge_request.create')) return null
  const valuesOf = (name: string): readonly string[] =>
    options.flatMap(option => {
      const prefix = `merge_request.${name}=`
      return option.startsWith(prefix) ? [option.slice(prefix.length).replace(/^"(.*)"$/s, '$1')] : []
    })
  const last = (name: string): string | null => valuesOf(name).at(-1) ?? null
  return {
    target: last('target'),
    title: last('title'),
    // git sends no line breaks: GitLab's way to write one.
    description: last('description')?.replaceAll('\\n', '\n') ?? null,
    isDraft: options.includes('merge_request.draft'),
    labels: valuesOf('label'),
  }
}
