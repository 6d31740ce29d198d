// The made-up Container Registry.
import { ago, people } from './fixture-data.ts'
import type { Answer } from './fixture-routes.ts'

type Json = (body: unknown, status?: number) => Answer
type List = (body: readonly unknown[]) => Answer

export function registryRoutes(json: Json, list: List): readonly (readonly [string, RegExp, () => Answer])[] {
  const repository = {
    id: 1,
    name: '',
    path: 'shop/backend',
    location: 'localhost:8080/shop/backend',
    created_at: ago(90_000),
    tags_count: 12,
    size: 300_000_000,
    last_published_at: ago(900),
  }
  const worker = { ...repository, id: 2, name: 'worker', path: 'shop/backend/worker', tags_count: 2, size: 40_000_000 }
  const policy = {
    enabled: true,
    cadence: '7d',
    keep_n: 10,
    older_than: '30d',
    name_regex: '.*',
    name_regex_keep: 'v.+',
  }
  const preview = {
    deletes: [{ name: 'feature-returns', digest: `sha256:${'4f'.repeat(32)}`, published_at: ago(9_000_000) }],
    keeps: [{ name: 'v2.4.0', reason: 'protected' }],
    freed_bytes: 12_300_000,
  }
  const rows = [
    imageTag('latest'),
    imageTag('v2.4.0', { kept_because: "the tag 'v2.4.0' is immutable" }),
    imageTag('feature-returns', { signatures: 0, attestations: 0, platforms: ['linux/amd64'], last_pulled_at: null }),
    imageTag('by-hand', { job: null, pipeline_id: null, commit_sha: null, digest: `sha256:${'77'.repeat(32)}` }),
  ]
  return [
    ['GET', /^projects\/[^/]+\/registry\/usage$/, () => json(usage)],
    ['GET', /^projects\/[^/]+\/registry\/repositories$/, () => list([repository, worker])],
    ['GET', /^registry\/repositories\/\d+$/, () => json(repository)],
    ['GET', /^slipway\/projects\/[^/]+\/registry\/repositories\/\d+\/tags$/, () => list(rows)],
    ['GET', /^slipway\/projects\/[^/]+\/registry\/repositories\/\d+\/tags\/[^/]+$/, () => json(imageDetails)],
    [
      'POST',
      /^slipway\/projects\/[^/]+\/registry\/repositories\/\d+\/preview$/,
      () => json({ tags: ['feature-returns'], kept: [], freed_bytes: 12_300_000 }),
    ],
    [
      'GET',
      /^projects\/[^/]+\/registry\/cleanup_policy$/,
      () => json({ ...policy, next_run_at: ago(-86_400), last_run: null }),
    ],
    [
      'PUT',
      /^projects\/[^/]+\/registry\/cleanup_policy$/,
      () => json({ ...policy, next_run_at: null, last_run: null }),
    ],
    [
      'POST',
      /^projects\/[^/]+\/registry\/cleanup_policy\/preview$/,
      () =>
        json({ repositories: [{ id: 1, path: 'shop/backend', ...preview }], deleted_tags: 1, freed_bytes: 12_300_000 }),
    ],
    ['GET', /^projects\/[^/]+\/registry\/protection\/tag\/rules$/, () => list([tagRule])],
    ['GET', /^projects\/[^/]+\/registry\/protection\/repository\/rules$/, () => list([repositoryRule])],
    ['GET', /^projects\/[^/]+\/registry\/follows$/, () => list([follow])],
    ['GET', /^projects\/[^/]+\/registry\/webhooks$/, () => list([webhook])],
    ['GET', /^projects\/[^/]+\/registry\/webhooks\/1\/deliveries$/, () => list(deliveries)],
  ]
}

function imageTag(name: string, extra: Readonly<Record<string, unknown>> = {}) {
  return {
    name,
    location: `localhost:8080/shop/backend:${name}`,
    digest: `sha256:${'4f'.repeat(32)}`,
    media_type: 'application/vnd.oci.image.index.v1+json',
    size_bytes: 48_300_000,
    platforms: ['linux/amd64', 'linux/arm64'],
    pushed_at: ago(900),
    created_at: ago(900),
    last_pulled_at: ago(60),
    pushed_by: 'vera',
    user: people.vera,
    job: { id: 506, name: 'image' },
    pipeline_id: 142,
    commit_sha: '4f9a1c22'.repeat(5),
    signatures: 1,
    attestations: 2,
    kept_because: null,
    other_tags: [],
    ...extra,
  }
}

const repositoryRule = {
  id: 1,
  repository_path_pattern: 'shop/backend/*',
  minimum_access_level_for_push: 'maintainer',
  minimum_access_level_for_delete: null,
}

const usage = {
  used_bytes: 340_000_000,
  tags: 14,
  repositories: 2,
  quota_bytes: null,
  reclaimable_bytes: 12_000_000,
}

const imageDetails = {
  ...imageTag('v2.4.0'),
  manifests: [
    { digest: `sha256:${'a1'.repeat(32)}`, media_type: 'x', platform: 'linux/amd64', size_bytes: 24_000_000 },
    { digest: `sha256:${'b2'.repeat(32)}`, media_type: 'x', platform: 'linux/arm64', size_bytes: 24_300_000 },
  ],
  referrers: [
    {
      digest: `sha256:${'c3'.repeat(32)}`,
      artifact_type: 'application/vnd.dev.cosign.artifact.sig.v1+json',
      kind: 'signature',
      size_bytes: 900,
      created_at: ago(800),
    },
  ],
  layers: [
    { digest: `sha256:${'d4'.repeat(32)}`, size_bytes: 3_400_000, created_by: '/bin/sh -c #(nop) ADD file:… in /' },
  ],
  labels: { 'org.opencontainers.image.source': 'http://localhost:8080/shop/backend' },
  other_tags: ['latest'],
}

const tagRule = {
  id: 1,
  tag_name_pattern: '^v\\d+',
  minimum_access_level_for_push: 'maintainer',
  minimum_access_level_for_delete: null,
}

const follow = {
  id: 1,
  repository: 'tools/base-images/node',
  tag_pattern: 'latest',
  ref: 'main',
  runs: [{ digest: `sha256:${'4f'.repeat(32)}`, at: ago(5000), pipeline_id: 140, error: null }],
}

const webhook = {
  id: 1,
  url: 'https://deploy.example.com/hook',
  has_secret: true,
  push_events: true,
  delete_events: false,
}

const body = JSON.stringify({ events: [{ action: 'push', target: { repository: 'shop/backend', tag: 'latest' } }] })
const deliveries = [
  { id: 1, state: 'delivered', attempts: 1, last_status: 200, last_error: null, created_at: ago(900), body },
  {
    id: 2,
    state: 'failed',
    attempts: 8,
    last_status: null,
    last_error: 'connection refused',
    created_at: ago(9000),
    body,
  },
]
