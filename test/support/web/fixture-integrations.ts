// Made-up webhooks and trigger tokens of a project.
import { ago, hostile, people } from './fixture-data.ts'
import type { Answer } from './fixture-routes.ts'

type Json = (body: unknown, status?: number) => Answer
type List = (body: readonly unknown[]) => Answer

export function integrationRoutes(json: Json, list: List): readonly (readonly [string, RegExp, () => Answer])[] {
  return [
    ['GET', /^projects\/[^/]+\/hooks$/, () => list([hook, { ...hook, id: 2, name: '', has_token: false }])],
    ['POST', /^projects\/[^/]+\/hooks$/, () => json({ ...hook, id: 3 }, 201)],
    ['GET', /^projects\/[^/]+\/hooks\/\d+\/events$/, () => list(deliveries)],
    ['GET', /^projects\/[^/]+\/triggers$/, () => list([trigger, { ...trigger, id: 2, owner: null, last_used: null }])],
    ['POST', /^projects\/[^/]+\/triggers$/, () => json({ ...trigger, id: 3, token: 'glptt-made-just-now' }, 201)],
  ]
}

const hook = {
  id: 1,
  url: 'https://chat.example.com/hooks/shop-backend/a-rather-long-address-that-a-phone-has-no-room-for',
  name: `Chat ${hostile}`,
  description: '',
  has_token: true,
  push_events: true,
  tag_push_events: false,
  pipeline_events: true,
  job_events: false,
  merge_requests_events: true,
  releases_events: true,
  deployment_events: false,
  push_events_branch_filter: 'release/*',
}

const deliveries = [
  {
    id: 1,
    trigger: 'Pipeline Hook',
    state: 'delivered',
    attempts: 1,
    response_status: '200',
    error: null,
    request_data: { object_kind: 'pipeline', object_attributes: { ref: hostile } },
    created_at: ago(90),
  },
  {
    id: 2,
    trigger: 'Push Hook',
    state: 'failed',
    attempts: 15,
    response_status: null,
    error: 'connect ECONNREFUSED',
    request_data: { object_kind: 'push' },
    created_at: ago(9000),
  },
]

const trigger = {
  id: 1,
  description: `Nightly ${hostile}`,
  token: 'glptt-4f9a',
  created_at: ago(90_000),
  last_used: ago(500),
  owner: people.vera,
}
