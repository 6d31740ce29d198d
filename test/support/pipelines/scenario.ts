// pipelines/<case>/scenario.yml: the events that the case is about, and what becomes of them.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'

const closed = { additionalProperties: false }
const texts = Type.Array(Type.String())
const textByName = Type.Record(Type.String(), Type.String())

/** The event, in the words of the options of `slipway plan`; what is left out has its default there. */
const Given = Type.Object(
  {
    ref: Type.Optional(Type.String()),
    tag: Type.Optional(Type.Boolean()),
    source: Type.Optional(Type.String()),
    projectPath: Type.Optional(Type.String()),
    defaultBranch: Type.Optional(Type.String()),
    variables: Type.Optional(textByName),
    projectVariables: Type.Optional(textByName),
    changed: Type.Optional(texts),
    exists: Type.Optional(texts),
    message: Type.Optional(Type.String()),
    inputs: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    /** As `--outcome`: `failed:7,success`. */
    outcomes: Type.Optional(textByName),
    plays: Type.Optional(texts),
    cancelPipelineAfter: Type.Optional(Type.String()),
  },
  closed,
)

const Expected = Type.Object(
  {
    name: Type.Optional(Type.String()),
    stages: Type.Optional(texts),
    /** What could start together, in turn. */
    order: Type.Optional(Type.Array(texts)),
    pipeline: Type.Optional(Type.String()),
    passedWithWarnings: Type.Optional(Type.Boolean()),
    /** Jobs that end otherwise than with success. */
    statuses: Type.Optional(textByName),
    /** Names; or job → why. */
    leftOut: Type.Optional(Type.Union([texts, textByName])),
    /** Job → a part of what `slipway plan --json` says of it. */
    jobs: Type.Optional(Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown()))),
    /** As `.gitlab-ci.yml:3:5: message`. */
    warnings: Type.Optional(texts),
    errors: Type.Optional(texts),
    notCreated: Type.Optional(Type.String()),
  },
  closed,
)

const OtherProject = Type.Object(
  { folder: Type.String(), refs: Type.Optional(texts), tags: Type.Optional(texts) },
  closed,
)

/** What is outside of the project: paths count from the folder of the case. */
const Elsewhere = Type.Object(
  {
    projects: Type.Optional(Type.Record(Type.String(), OtherProject)),
    remote: Type.Optional(textByName),
    templates: Type.Optional(textByName),
    /** `job:path` → file. */
    artifacts: Type.Optional(textByName),
  },
  closed,
)

const Scenario = Type.Object(
  {
    /** It needs nothing but git, Docker and the images busybox, docker:git and docker:dind: its outcomes are those of its scripts. */
    runs: Type.Optional(Type.Boolean()),
    elsewhere: Type.Optional(Elsewhere),
    /** By a sentence that tells what happens. */
    events: Type.Record(Type.String(), Type.Object({ given: Type.Optional(Given), expect: Expected }, closed)),
  },
  closed,
)

export type Given = Static<typeof Given>
export type Expected = Static<typeof Expected>
export type Elsewhere = Static<typeof Elsewhere>
export type ScenarioEvent = { readonly title: string; readonly given: Given; readonly expected: Expected }
export type Scenario = {
  /** The folder's name. */
  readonly name: string
  readonly folder: string
  readonly text: string
  readonly runs: boolean
  readonly elsewhere: Elsewhere
  readonly events: readonly ScenarioEvent[]
}

export const scenariosFolder = join(import.meta.dirname, '../../../pipelines')

export function readScenarios(): readonly Scenario[] {
  return readdirSync(scenariosFolder, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => readScenario(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function readScenario(name: string): Scenario {
  const folder = join(scenariosFolder, name)
  const written = load(readFileSync(join(folder, 'scenario.yml'), 'utf8'))
  if (!Value.Check(Scenario, written)) {
    const mistakes = [...Value.Errors(Scenario, written)].map(each => `${each.instancePath}: ${each.message}`)
    throw new Error(`pipelines/${name}/scenario.yml: ${mistakes.join('; ')}`)
  }
  return {
    name,
    folder,
    text: readFileSync(join(folder, '.gitlab-ci.yml'), 'utf8'),
    runs: written.runs === true,
    elsewhere: written.elsewhere ?? {},
    events: Object.entries(written.events).map(([title, { given = {}, expect }]) => ({
      title,
      given,
      expected: expect,
    })),
  }
}
