// CI lint: is this file right, what would it make, and what does it look like with all includes and extends written out?
import { Type } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { CompileResult, Diagnostic, JobPlan } from '../../pipeline/model.ts'
import type { Lint } from '../../run/lint.ts'
import type { Repositories } from '../../run/ports.ts'
import type { App } from '../app.ts'
import { Denial } from '../plugins/errors.ts'
import { projectOf, userOf } from '../plugins/policy.ts'
import { flag, idParameter, nullableString } from '../schema.ts'
import { findRef } from './pipeline-create.ts'

export type LintDeps = { readonly lint: Lint; readonly repositories: Pick<Repositories, 'resolve'> }

const lintEntity = Type.Object({
  valid: Type.Boolean(),
  errors: Type.Array(Type.String()),
  warnings: Type.Array(Type.String()),
  merged_yaml: nullableString,
  includes: Type.Array(Type.Unknown()),
  jobs: Type.Optional(Type.Array(Type.Unknown())),
  /** With places and reasons, beside what GitLab tells. */
  slipway: Type.Object({
    errors: Type.Array(Type.Unknown()),
    warnings: Type.Array(Type.Unknown()),
    explanations: Type.Array(Type.Unknown()),
    left_out: Type.Array(Type.Unknown()),
  }),
})

const maximumContentBytes = 1024 * 1024
const policy = { policy: { kind: 'project', action: 'lint_pipeline' }, audit: false } as const

export function registerLint(app: App, deps: LintDeps): void {
  app.post(
    '/api/v4/projects/:id/ci/lint',
    {
      config: policy,
      schema: {
        operationId: 'lintContent',
        tags: ['lint'],
        params: Type.Object(idParameter),
        body: Type.Object({
          content: Type.String({ maxLength: maximumContentBytes }),
          dry_run: flag,
          include_jobs: flag,
          ref: Type.Optional(Type.String({ maxLength: 1000 })),
        }),
        response: { 200: lintEntity },
      },
    },
    async request => {
      const { content, dry_run: isDryRun = false, include_jobs: withJobs = false, ref } = request.body
      return answer(deps, request, { content, isDryRun, withJobs, ref })
    },
  )

  app.get(
    '/api/v4/projects/:id/ci/lint',
    {
      config: policy,
      schema: {
        operationId: 'lintProject',
        tags: ['lint'],
        summary: "The repository's own file",
        params: Type.Object(idParameter),
        querystring: Type.Object({
          content_ref: Type.Optional(Type.String({ maxLength: 1000 })),
          sha: Type.Optional(Type.String({ maxLength: 1000 })),
          ref: Type.Optional(Type.String({ maxLength: 1000 })),
          dry_run: flag,
          include_jobs: flag,
        }),
        response: { 200: lintEntity },
      },
    },
    async request => {
      const {
        content_ref: contentRef,
        sha,
        ref,
        dry_run: isDryRun = false,
        include_jobs: withJobs = false,
      } = request.query
      return answer(deps, request, { content: null, isDryRun, withJobs, ref: contentRef ?? ref ?? sha })
    },
  )
}

type Wish = {
  readonly content: string | null
  readonly isDryRun: boolean
  readonly withJobs: boolean
  readonly ref: string | undefined
}

async function answer(deps: LintDeps, request: FastifyRequest, { content, isDryRun, withJobs, ref: name }: Wish) {
  const { project } = projectOf(request)
  const ref = await findRef(deps.repositories, project.id, name ?? project.defaultBranch)
  if (ref === null) return failed(`there is no branch or tag '${name ?? project.defaultBranch}'`)
  const read = await deps.lint({ projectId: project.id, ref, content, user: userOf(request), isDryRun })
  if (read.kind === 'read') return toEntity(read.result, read.mergedYaml, withJobs)
  if (read.reason === 'forbidden') throw new Denial(403, '403 Forbidden', read.message)
  return failed(read.message)
}

const nothing = { errors: [], warnings: [], explanations: [], left_out: [] }

function failed(message: string) {
  return { valid: false, errors: [message], warnings: [], merged_yaml: null, includes: [], slipway: nothing }
}

function toEntity(result: CompileResult, mergedYaml: string | null, withJobs: boolean) {
  const common = {
    warnings: result.warnings.map(sentenceOf),
    merged_yaml: mergedYaml,
    includes: [],
  }
  if (!result.valid) {
    return {
      ...common,
      valid: false,
      errors: result.errors.map(sentenceOf),
      slipway: { ...nothing, errors: [...result.errors], warnings: [...result.warnings] },
    }
  }
  const { explanations, leftOut } = result.created ? result.plan : result
  return {
    ...common,
    valid: true,
    errors: [],
    ...(withJobs ? { jobs: result.created ? result.plan.jobs.map(toLintJob) : [] } : {}),
    slipway: { errors: [], warnings: [...result.warnings], explanations: [...explanations], left_out: [...leftOut] },
  }
}

function sentenceOf({ message, file, line }: Diagnostic): string {
  return `${file}:${line}: ${message}`
}

function toLintJob(job: JobPlan) {
  return {
    name: job.name,
    stage: job.stage,
    before_script: job.beforeScript,
    script: job.script,
    after_script: job.afterScript,
    tag_list: job.tags,
    only: null,
    except: null,
    environment: job.environment?.name ?? null,
    when: job.when,
    allow_failure: job.allowFailure,
    needs: job.needs?.map(need => ({ name: need.job, artifacts: need.artifacts, optional: need.optional })) ?? null,
  }
}
