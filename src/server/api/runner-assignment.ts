// A project runner works for further projects, and no longer.
import { Type } from '@fastify/type-provider-typebox'
import type { RunnerRecord } from '../../run/records.ts'
import type { App } from '../app.ts'
import { badRequest, Denial, notFound } from '../plugins/errors.ts'
import { projectOf } from '../plugins/policy.ts'
import { idParameter, integerParameter, noContent } from '../schema.ts'
import { demandManaged, type RunnersDeps } from './managed-runner.ts'
import { runnerBasic, toRunnerBasic } from './runner-entity.ts'

const path = '/api/v4/projects/:id/runners'
const config = { policy: { kind: 'project', action: 'change_runners' } } as const

export function registerRunnerAssignment(app: App, deps: RunnersDeps): void {
  async function setProjects(runner: RunnerRecord, projectIds: readonly number[]): Promise<RunnerRecord> {
    const changed = await deps.runners.update(runner.id, { projectIds })
    if (changed === null) throw notFound('Runner')
    deps.bus.publish('runners', { kind: 'runner', runnerId: runner.id })
    return changed
  }

  app.post(
    path,
    {
      config,
      schema: {
        operationId: 'enableProjectRunner',
        tags: ['runners'],
        summary: 'For who may manage the runner in one of its projects',
        params: Type.Object(idParameter),
        body: Type.Object({ runner_id: integerParameter }),
        response: { 201: runnerBasic },
      },
    },
    async (request, reply) => {
      const { project } = projectOf(request)
      const runner = await demandManaged(deps, request, request.body.runner_id, 'change')
      if (runner.scope !== 'project') throw new Denial(403, `403 Forbidden - Runner is a runner of the ${runner.scope}`)
      if (runner.projectIds.includes(project.id)) throw badRequest('Runner is already enabled for this project')
      const changed = await setProjects(runner, [...runner.projectIds, project.id])
      return reply.code(201).send(toRunnerBasic(changed, deps.view.now()))
    },
  )

  app.delete(
    `${path}/:runner_id`,
    {
      config,
      schema: {
        operationId: 'disableProjectRunner',
        tags: ['runners'],
        params: Type.Object({ ...idParameter, runner_id: integerParameter }),
        response: { 204: noContent },
      },
    },
    async (request, reply) => {
      const { project } = projectOf(request)
      const runner = await deps.runners.byId(request.params.runner_id)
      if (runner?.scope !== 'project' || !runner.projectIds.includes(project.id)) throw notFound('Runner')
      const others = runner.projectIds.filter(id => id !== project.id)
      if (others.length === 0)
        throw new Denial(
          403,
          '403 Forbidden - Only one project associated with the runner. Please remove the runner instead',
        )
      await setProjects(runner, others)
      return reply.code(204).send(null)
    },
  )
}
