// From the options of `plan` and `lint` to what the compiler takes.
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { AppError } from '../kit/errors.ts'
import { compile } from '../pipeline/compile.ts'
import { type PipelineContext, type PipelineSource, pipelineSources, type Variable } from '../pipeline/context.ts'
import { contextOf } from '../pipeline/context-defaults.ts'
import type { CompileResult, Diagnostic } from '../pipeline/model.ts'
import type { SourceFiles } from '../pipeline/ports.ts'
import { createLocalSource } from './local-source.ts'
import type { PlanOptions } from './plan-options.ts'
import { createServerSource } from './server-source.ts'

/** @throws AppError `usage` for options that do not fit, `file_missing` */
export async function compileWith(options: PlanOptions, context = contextFrom(options)): Promise<CompileResult> {
  const result = await compile(await readText(options.file), context, sourceFrom(options))
  if (result.valid || options.includeFrom !== undefined) return result
  return { ...result, errors: result.errors.map(withWayOut) }
}

/** Other projects and templates are on a server: the error says how to ask one. */
function withWayOut(error: Diagnostic): Diagnostic {
  const isElsewhere = error.path.startsWith('include') && /^(Project|Template file|Component) /.test(error.message)
  if (!isElsewhere) return error
  return { ...error, message: `${error.message} (only local files are read here: --include-from URL asks a server)` }
}

/** What the file may include and look for: the files beside it. */
export function sourceFrom(options: PlanOptions): SourceFiles {
  return createLocalSource({
    folder: options.file === '-' ? process.cwd() : dirname(resolve(options.file)),
    projectPath: options.projectPath,
    existing: options.exists ?? null,
    changed: options.changed ?? null,
    mayFetch: options.allowRemote === true,
    elsewhere:
      options.includeFrom === undefined ? null : createServerSource(options.includeFrom, process.env.SLIPWAY_TOKEN),
  })
}

/** 0: the pipeline would be created; 1: the file is invalid; 3: valid, but there would be none. */
export function exitCodeOf(result: CompileResult): number {
  if (!result.valid) return 1
  return result.created ? 0 : 3
}

async function readText(file: string): Promise<string> {
  if (file === '-') return await readAll(process.stdin)
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new AppError('file_missing', `cannot read ${file}: is there a .gitlab-ci.yml here? (--file names another)`, {
      cause,
    })
  }
}

/** @throws AppError `usage` for options that do not fit */
export function contextFrom(options: PlanOptions): PipelineContext {
  const source = pipelineSources.find(each => each === options.source)
  if (source === undefined) {
    throw new AppError('usage', `--source: expected one of ${pipelineSources.join(', ')}, found '${options.source}'`)
  }
  const ref = options.ref ?? (options.tag === true ? 'v1.0.0' : 'master')
  const isTag = options.tag === true
  return contextOf({
    ref,
    isTag,
    isRefProtected: !isTag && ref === options.defaultBranch,
    source,
    configPath: options.file === '-' ? '.gitlab-ci.yml' : options.file,
    changedPaths: options.changed ?? null,
    project: {
      path: options.projectPath,
      title: options.projectPath.split('/').at(-1) ?? options.projectPath,
      defaultBranch: options.defaultBranch,
    },
    commit: { message: options.message },
    ...factsOf(source),
    inputs: Object.fromEntries((options.input ?? []).map(readInput)),
    variables: {
      pipeline: (options.variable ?? []).map(text => readVariable('--variable', text)),
      project: (options.projectVariable ?? []).map(text => readVariable('--project-variable', text)),
    },
  })
}

/** What only an event has: in a plan it is there, and empty. */
function factsOf(source: PipelineSource): Partial<PipelineContext> {
  const isDownstream = source === 'pipeline' || source === 'parent_pipeline'
  return {
    user: { id: '', login: '', name: '', email: '' },
    ...(source === 'trigger' && { triggerShortToken: '' }),
    ...(source === 'schedule' && { scheduleDescription: '' }),
    ...(isDownstream && { upstream: { pipelineId: '', projectId: '', jobId: '' } }),
  }
}

/** A text here; the header's type says what becomes of it. */
function readInput(text: string): readonly [string, string] {
  const [, name, value] = /^([^=]+)=([\s\S]*)$/.exec(text) ?? []
  if (name === undefined) throw new AppError('usage', `--input: expected NAME=VALUE, found '${text}'`)
  return [name, value ?? '']
}

function readVariable(option: string, text: string): Variable {
  const match = /^([A-Za-z0-9_]+)=([\s\S]*)$/.exec(text)
  if (match === null) throw new AppError('usage', `${option}: expected KEY=VALUE, found '${text}'`)
  return { key: match[1] ?? '', value: match[2] ?? '' }
}
