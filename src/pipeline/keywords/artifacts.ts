import { artifactAccessLevels, uploadConditions } from '../plan/artifacts.ts'
import { textsAt } from '../plan/read.ts'
import { type MappingNode, valueAt } from '../yaml/node.ts'
import { textOrTexts, texts } from './lists.ts'
import { duration, matching } from './scalars.ts'
import {
  any,
  attribute,
  byKind,
  choice,
  entry,
  type Field,
  type Fields,
  mapWith,
  type Shape,
  text,
  truth,
} from './shape.ts'
import { asEntry, complain, type Spot } from './spot.ts'

// `artifacts`, `pages` and `publish`.

const reportTypes = [
  'accessibility',
  'annotations',
  'api_fuzzing',
  'browser_performance',
  'cluster_image_scanning',
  'codequality',
  'container_scanning',
  'coverage_fuzzing',
  'cyclonedx',
  'dast',
  'dependency_scanning',
  'dotenv',
  'junit',
  'license_scanning',
  'load_performance',
  'lsif',
  'metrics',
  'performance',
  'repository_xray',
  'requirements',
  'requirements_v2',
  'sast',
  'secret_detection',
  'terraform',
] as const

const coverageReport = mapWith(
  { coverage_format: attribute(choice(['cobertura', 'jacoco'])), path: attribute(text()) },
  { required: ['coverage_format', 'path'], also: requireBoth },
)

const reportPaths: Field = attribute(textOrTexts('should be an array of strings or a string'))

export const reportFields: Fields = {
  ...Object.fromEntries(reportTypes.map(type => [type, reportPaths])),
  coverage_report: entry(coverageReport),
}

const exposeAs = matching(
  /^(?=.{1,100}$)\w[-\w ]*$/,
  "can contain only letters, digits, '-', '_' and spaces, and at most 100 of them",
)

export const artifactFields: Fields = {
  paths: attribute(texts()),
  exclude: attribute(texts()),
  untracked: attribute(truth()),
  name: attribute(text()),
  when: attribute(choice(uploadConditions)),
  expire_in: attribute(duration({ mayBeNever: true })),
  expose_as: attribute(exposeAs),
  public: attribute(truth()),
  access: attribute(choice(artifactAccessLevels)),
  reports: entry(mapWith(reportFields)),
}

export const artifacts = mapWith(artifactFields, { also: checkTogether })

export const pages: Shape = byKind({
  truth: any('boolean'),
  map: mapWith({
    publish: attribute(text()),
    path_prefix: attribute(text()),
    expire_in: attribute(duration({ mayBeNever: true })),
  }),
  otherwise: 'should be a hash or a boolean value',
})

function requireBoth(node: MappingNode, spot: Spot): void {
  for (const key of ['coverage_format', 'path'])
    if (!valueAt(node, key))
      complain({ ...spot, subject: `${spot.location} ${key.replace('_', ' ')}` }, node, "can't be blank")
}

function checkTogether(node: MappingNode, spot: Spot): void {
  if (valueAt(node, 'public') && valueAt(node, 'access'))
    complain(asEntry(spot), node, 'these keys cannot be used together: public, access')
  const exposed = valueAt(node, 'expose_as')
  if (!exposed) return
  const paths = textsAt(node, 'paths') ?? []
  const pathsSpot = { ...spot, subject: `${spot.location} paths` }
  if (paths.length === 0) complain(pathsSpot, exposed, "can't be blank")
  else if (paths.some(path => path.includes('*')))
    complain(pathsSpot, exposed, "can't contain '*' when used with 'expose_as'")
}
