// What a project has beside its pipelines, for the demo: people, rules, tokens, what is connected with it.
import type { Slipway } from '../slipway.ts'
import { demand } from './demand.ts'

/** Members, variables, tokens, protection, a cleanup policy. */
export async function settle(slipway: Slipway, id: number, veraId: number): Promise<void> {
  const at = `/projects/${id}`
  await demand(slipway, 'PUT', at, { description: 'Orders, bills and returns' })
  await demand(slipway, 'POST', `${at}/members`, { user_id: veraId, access_level: 40 })
  await demand(slipway, 'POST', `${at}/variables`, {
    key: 'BROKER_PASSWORD',
    value: 'correct-horse-battery',
    masked: true,
    raw: true,
  })
  await demand(slipway, 'POST', `${at}/variables`, {
    key: 'DEPLOY_KEY',
    value: 'a key\n',
    variable_type: 'file',
    protected: true,
    environment_scope: 'production',
    description: 'For the host that runs the shop',
  })
  await demand(slipway, 'POST', `${at}/variables`, { key: 'LOG_LEVEL', value: 'debug' })
  const inAMonth = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10)
  await demand(slipway, 'POST', `${at}/access_tokens`, {
    name: 'release notes',
    scopes: ['read_api'],
    access_level: 20,
    expires_at: inAMonth,
  })
  await demand(slipway, 'POST', `${at}/deploy_tokens`, { name: 'host of the shop', scopes: ['read_registry'] })
  await demand(slipway, 'POST', `${at}/registry/protection/tag/rules`, { tag_name_pattern: 'v\\d+-.*' })
  await demand(slipway, 'POST', `${at}/registry/protection/repository/rules`, {
    repository_path_pattern: 'shop/backend/cache*',
    minimum_access_level_for_delete: 'maintainer',
  })
  await demand(slipway, 'PUT', `${at}/registry/cleanup_policy`, {
    enabled: true,
    cadence: '7d',
    keep_n: 10,
    older_than: '30d',
    name_regex: '.*',
    name_regex_keep: 'v.+',
  })
}

export async function scheduleScan(slipway: Slipway, id: number): Promise<void> {
  await demand(slipway, 'POST', `/projects/${id}/pipeline_schedules`, {
    description: 'Scan of the night',
    ref: 'master',
    cron: '30 2 * * 1-5',
    cron_timezone: 'Europe/Berlin',
  })
}

/** Tools that are told of the project, start its pipelines and deploy it. Of what the hook asks for nothing happens later. */
export async function connectOthers(slipway: Slipway, id: number, sha: string): Promise<void> {
  const at = `/projects/${id}`
  await demand(slipway, 'POST', `${at}/hooks`, {
    url: 'https://chat.example.com/hooks/backend',
    name: 'Room of the shop',
    token: 'a secret of the room',
    push_events: false,
    releases_events: true,
    merge_requests_events: true,
  })
  await demand(slipway, 'POST', `${at}/triggers`, { description: 'Warehouse: new prices' })
  await demand(slipway, 'POST', `${at}/deployments`, {
    environment: 'edge',
    ref: 'master',
    tag: false,
    sha,
    status: 'success',
  })
}

export async function openMergeRequest(slipway: Slipway, id: number): Promise<void> {
  await demand(slipway, 'POST', `/projects/${id}/merge_requests`, {
    source_branch: 'feature/returns',
    target_branch: 'master',
    title: 'Round each line, not the sum',
    labels: 'billing',
  })
}

export async function makeRelease(slipway: Slipway, id: number): Promise<void> {
  await demand(slipway, 'POST', `/projects/${id}/releases`, {
    tag_name: 'v1.0.0',
    name: 'The summer release',
    description:
      '## New\n\n- Returns are billed in the **currency of the order**\n- `GET /orders` pages by key\n\n## Mended\n\n- Bills of more than 1,000 lines\n',
    assets: {
      links: [
        { name: 'Image', url: 'https://registry.example.com/shop/backend:v1-0-0', link_type: 'image' },
        { name: 'How to update', url: 'https://shop.example.com/docs/update', link_type: 'runbook' },
        { name: 'backend-1.0.0.tar.gz', url: 'https://shop.example.com/backend-1.0.0.tar.gz', link_type: 'package' },
      ],
    },
  })
}
