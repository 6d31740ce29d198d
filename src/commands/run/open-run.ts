// Puts a run together: how its jobs see their surroundings, and who hears of them.
import { createChildPipelines } from './child-pipelines.ts'
import type { LocalArtifacts } from './local-artifacts.ts'
import { createLocalRun, type LocalRun, titleOf } from './local-run.ts'
import type { LogPrinter } from './log-printer.ts'
import { readParentArtifact } from './parent-artifact.ts'
import type { RunInput } from './run-input.ts'

export type RunParts = {
  readonly input: Pick<RunInput, 'context' | 'source'>
  readonly artifacts: LocalArtifacts
  readonly logs: LogPrinter
}

export function openRun({ input, artifacts, logs }: RunParts): LocalRun {
  const { context, source } = input
  const { server } = context
  return createLocalRun({
    artifacts,
    surroundings: {
      server,
      registry: null,
      serverHost: new URL(server.url).host,
      repositoryUrl: path => `${server.url}/${path}.git`,
      defaultTimeoutSeconds: context.defaultTimeoutSeconds,
    },
    pushedImages: () => [],
    now: () => new Date(),
    children: createChildPipelines(source, (parent, place) => readParentArtifact(artifacts, parent, place)),
    onJobTaken: owned => logs.name(owned.job.id, titleOf(owned)),
  })
}
