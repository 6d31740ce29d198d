// What a topic's name says. PURE.
import type { Topic } from './protocol.ts'

export type ParsedTopic =
  | { readonly kind: 'trace'; readonly jobId: number }
  | { readonly kind: 'pipeline'; readonly pipelineId: number }
  | { readonly kind: 'project'; readonly projectId: number }
  | { readonly kind: 'runners' }

/** Null: there is no such topic. */
export function parseTopic(name: string): ParsedTopic | null {
  if (name === 'runners') return { kind: 'runners' }
  const match = /^(?:job:(\d{1,15}):trace|pipeline:(\d{1,15})|project:(\d{1,15}))$/.exec(name)
  if (match === null) return null
  const [, job, pipeline, project] = match
  if (job !== undefined) return { kind: 'trace', jobId: Number(job) }
  if (pipeline !== undefined) return { kind: 'pipeline', pipelineId: Number(pipeline) }
  return { kind: 'project', projectId: Number(project) }
}

/** The one spelling of a topic: `job:007:trace` would else be a second name for the same thing. */
export function topicName(topic: ParsedTopic): Topic {
  switch (topic.kind) {
    case 'trace':
      return `job:${topic.jobId}:trace`
    case 'pipeline':
      return `pipeline:${topic.pipelineId}`
    case 'project':
      return `project:${topic.projectId}`
    case 'runners':
      return 'runners'
  }
}
