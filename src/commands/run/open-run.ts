// Puts a run together: how its jobs see their surroundings, and who hears of them.
import type { PushedImage } from '../../run/records.ts'
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
  /** Null: the run has no registry. */
  readonly registryHost: string | null
}

export type OpenedRun = {
  readonly run: LocalRun
  readonly registryHost: string | null
  /** What jobs have pushed so far; whoever hears of a push adds to it. */
  readonly pushedImages: PushedImage[]
}

export function openRun({ input, artifacts, logs, registryHost }: RunParts): OpenedRun {
  const { context, source } = input
  const { server } = context
  const pushedImages: PushedImage[] = []
  const run = createLocalRun({
    artifacts,
    surroundings: {
      server,
      registry: registryHost === null ? null : { host: registryHost, tls: false, ca: null },
      serverHost: registryHost ?? new URL(server.url).host,
      mirrors: [],
      repositoryUrl: path => `${server.url}/${path}.git`,
      defaultTimeoutSeconds: context.defaultTimeoutSeconds,
    },
    pushedImages: () => pushedImages,
    now: () => new Date(),
    children: createChildPipelines(source, (parent, place) => readParentArtifact(artifacts, parent, place)),
    onJobTaken: owned => logs.name(owned.job.id, titleOf(owned)),
  })
  return { run, registryHost, pushedImages }
}
