const words: Readonly<Record<string, string>> = {
  push: 'pushed',
  web: 'started by hand',
  trigger: 'triggered',
  schedule: 'scheduled',
  api: 'started by API',
  pipeline: 'started by another project',
  parent_pipeline: 'child pipeline',
  merge_request_event: 'merge request',
}

export const pipelineSources = Object.keys(words)

/** How a pipeline came to be, in words. */
export function sourceWords(source: string): string {
  return words[source] ?? source.replaceAll('_', ' ')
}
