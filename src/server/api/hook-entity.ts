// Hooks of projects as GitLab's API shows them, and what a request may say of one.
import { type Static, Type } from '@fastify/type-provider-typebox'
import type { Delivery } from '../../kit/delivery.ts'
import { hookNameOf } from '../../run/hooks/hook-name.ts'
import { type HookEvent, type HookRecord, hookEvents } from '../../run/hooks/hook-ports.ts'
import { badRequest } from '../plugins/errors.ts'
import { nullableString } from '../schema.ts'

/** GitLab's other events: nothing of the kind happens here. */
const neverEvents = [
  'issues_events',
  'confidential_issues_events',
  'note_events',
  'confidential_note_events',
  'wiki_page_events',
  'milestone_events',
  'feature_flag_events',
  'emoji_events',
  'resource_access_token_events',
  'repository_update_events',
] as const

const eventFields = {
  push_events: Type.Boolean(),
  tag_push_events: Type.Boolean(),
  pipeline_events: Type.Boolean(),
  job_events: Type.Boolean(),
  deployment_events: Type.Boolean(),
  releases_events: Type.Boolean(),
  merge_requests_events: Type.Boolean(),
}
/** `push_events`, …: what `test/:trigger` takes, too. */
export const hookTriggers = hookEvents.map(event => `${event}_events` as const)
const neverFields = Object.fromEntries(neverEvents.map(name => [name, Type.Optional(Type.Boolean())]))

export const hookEntity = Type.Object({
  id: Type.Integer(),
  url: Type.String(),
  name: Type.String(),
  description: Type.String(),
  created_at: Type.String(),
  project_id: Type.Integer(),
  ...eventFields,
  ...Object.fromEntries(neverEvents.map(name => [name, Type.Boolean()])),
  /** Deliveries are signed. */
  has_token: Type.Boolean(),
  push_events_branch_filter: Type.String(),
  branch_filter_strategy: Type.String(),
  enable_ssl_verification: Type.Boolean(),
  alert_status: Type.String(),
  disabled_until: nullableString,
  url_variables: Type.Array(Type.Unknown()),
  custom_headers: Type.Array(Type.Unknown()),
})

export const hookBody = Type.Object({
  url: Type.Optional(Type.String({ maxLength: 2000 })),
  name: Type.Optional(Type.String({ maxLength: 255 })),
  description: Type.Optional(Type.String({ maxLength: 2048 })),
  token: Type.Optional(Type.String({ maxLength: 255, description: 'Signs the deliveries; never shown again.' })),
  ...Type.Partial(Type.Object(eventFields)).properties,
  ...neverFields,
  push_events_branch_filter: Type.Optional(Type.String({ maxLength: 255 })),
  enable_ssl_verification: Type.Optional(Type.Boolean()),
})
export type HookBody = Static<typeof hookBody>

export const hookDeliveryEntity = Type.Object({
  id: Type.Integer(),
  event_id: Type.String(),
  trigger: Type.String(),
  state: Type.String(),
  attempts: Type.Integer(),
  response_status: nullableString,
  error: nullableString,
  next_attempt_at: nullableString,
  request_data: Type.Unknown(),
  created_at: Type.String(),
  finished_at: nullableString,
})

export function toHook(hook: HookRecord) {
  const has = (event: HookEvent) => hook.events.includes(event)
  return {
    id: hook.id,
    url: hook.url,
    name: hook.name,
    description: hook.description,
    created_at: hook.createdAt,
    project_id: hook.projectId,
    push_events: has('push'),
    tag_push_events: has('tag_push'),
    pipeline_events: has('pipeline'),
    job_events: has('job'),
    deployment_events: has('deployment'),
    releases_events: has('releases'),
    merge_requests_events: has('merge_requests'),
    ...Object.fromEntries(neverEvents.map(name => [name, false])),
    has_token: hook.sealedSecret !== null,
    push_events_branch_filter: hook.branchFilter,
    branch_filter_strategy: hook.branchFilter === '' ? 'all_branches' : 'wildcard',
    enable_ssl_verification: true,
    alert_status: 'executable',
    disabled_until: null,
    url_variables: [],
    custom_headers: [],
  }
}

export function toHookDelivery(delivery: Delivery) {
  return {
    id: delivery.id,
    event_id: delivery.eventId,
    trigger: hookNameOf(delivery.body),
    state: delivery.state,
    attempts: delivery.attempts,
    response_status: delivery.lastStatus === null ? null : String(delivery.lastStatus),
    error: delivery.lastError,
    next_attempt_at: delivery.nextAttemptAt,
    request_data: JSON.parse(delivery.body) as unknown,
    created_at: delivery.createdAt,
    finished_at: delivery.finishedAt,
  }
}

/** What the body says of a hook; what it leaves out stays. Throws for what cannot be had here. */
export function changeOf(body: HookBody, before: readonly HookEvent[]) {
  const given = body as Readonly<Record<string, unknown>>
  const asked = neverEvents.find(name => given[name] === true)
  if (asked !== undefined) throw badRequest(`${asked}: Slipway has no such events to tell of`)
  if (body.enable_ssl_verification === false)
    throw badRequest('enable_ssl_verification: certificates are always verified')
  if (body.url !== undefined && !(URL.canParse(body.url) && /^https?:$/.test(new URL(body.url).protocol)))
    throw badRequest('url: expected an http:// or https:// address')
  const isOn = (event: HookEvent) => given[`${event}_events`] ?? before.includes(event)
  return {
    ...(body.url !== undefined && { url: body.url }),
    ...(body.name !== undefined && { name: body.name }),
    ...(body.description !== undefined && { description: body.description }),
    ...(body.push_events_branch_filter !== undefined && { branchFilter: body.push_events_branch_filter }),
    events: hookEvents.filter(isOn),
  }
}
