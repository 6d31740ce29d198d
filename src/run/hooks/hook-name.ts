const hookNames: Readonly<Record<string, string>> = {
  push: 'Push Hook',
  tag_push: 'Tag Push Hook',
  pipeline: 'Pipeline Hook',
  build: 'Job Hook',
  deployment: 'Deployment Hook',
  release: 'Release Hook',
  merge_request: 'Merge Request Hook',
}

/** `X-Gitlab-Event` of a body that was made here. */
export function hookNameOf(body: string): string {
  const { object_kind: kind } = JSON.parse(body) as { readonly object_kind?: string }
  return hookNames[kind ?? ''] ?? 'System Hook'
}
