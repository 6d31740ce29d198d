import { afterAll, beforeAll, expect, it } from 'vitest'
import { type AccountServer, openAccountServer } from '../../support/accounts/server.ts'

let server: AccountServer
let token: string
const project = `/projects/${encodeURIComponent('team/project')}`

beforeAll(async () => {
  server = await openAccountServer()
  token = await server.door.token(1)
  await server.door.project('team/project')
})
afterAll(() => server.close())

it('the CI/CD settings of a project are shown, changed one by one, and refused in words', async () => {
  const put = (body: unknown) => server.call('PUT', project, { token, body })
  expect((await server.call('GET', project, { token })).body).toMatchObject({
    ci_config_path: null,
    build_timeout: 3600,
    auto_cancel_pending_pipelines: 'enabled',
    ci_pipeline_variables_minimum_override_role: 'developer',
    ci_forward_deployment_enabled: true,
  })
  await put({ ci_config_path: 'ci/main.yml', build_timeout: 1200 })
  await put({ auto_cancel_pending_pipelines: 'disabled', ci_forward_deployment_enabled: false })
  await put({ ci_pipeline_variables_minimum_override_role: 'no_one_allowed' })
  expect((await server.call('GET', project, { token })).body).toMatchObject({
    ci_config_path: 'ci/main.yml',
    build_timeout: 1200,
    auto_cancel_pending_pipelines: 'disabled',
    ci_pipeline_variables_minimum_override_role: 'no_one_allowed',
    ci_forward_deployment_enabled: false,
  })
  expect((await put({ ci_config_path: '' })).body).toMatchObject({ ci_config_path: null, build_timeout: 1200 })
  for (const wrong of [{ ci_config_path: '../x.yml' }, { ci_config_path: 'https://x/y.yml' }, { build_timeout: 5 }])
    expect((await put(wrong)).status).toBe(400)
})
