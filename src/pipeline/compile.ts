import { messageOf } from '../kit/errors.ts'
import { askedOnce } from './asked-once.ts'
import { ConditionError } from './condition/clause.ts'
import type { PipelineContext } from './context.ts'
import { createDiagnostics, type Diagnostics } from './diagnostics.ts'
import { type Budget, BudgetExceeded, createBudget } from './document/budget.ts'
import { type Configuration, configurationOf } from './document/configuration.ts'
import { applyExtends, type Extended } from './document/extend.ts'
import { assemble } from './document/include.ts'
import { resolveReferences } from './document/reference.ts'
import type { CompileResult } from './model.ts'
import { planPipeline } from './plan/pipeline.ts'
import type { SourceFiles } from './ports.ts'
import { isSkipped } from './skip.ts'
import { checkDocument } from './validate/document.ts'
import { checkEnvironments } from './validate/environments.ts'
import { checkGraph } from './validate/graph.ts'
import { ExpansionError } from './variables/expand.ts'
import { createWeigher } from './yaml/limits.ts'
import type { MappingNode, SourceText } from './yaml/node.ts'

const maxMergedKeys = 1_000_000

/**
 * The text of a `.gitlab-ci.yml` and an event → the pipeline that it makes, or all that is wrong with the text, or why
 * nothing would run. The same input gives the same result.
 */
export async function compile(text: string, context: PipelineContext, files: SourceFiles): Promise<CompileResult> {
  if (isSkipped(context))
    return {
      valid: true,
      created: false,
      reason: 'skip',
      message: context.isSkipAsked
        ? 'the push asked for no pipeline (ci.skip)'
        : 'the commit message asks for no pipeline ([ci skip])',
      warnings: [],
      explanations: [],
      leftOut: [],
    }
  const diagnostics = createDiagnostics()
  const sources = askedOnce(files)
  const configuration = await readConfiguration({ file: context.configPath, text }, context, sources, diagnostics)
  if (!configuration || diagnostics.hasErrors) return invalid(diagnostics)
  try {
    const outcome = await planPipeline(configuration, context, sources, diagnostics)
    return diagnostics.hasErrors ? invalid(diagnostics) : outcome
  } catch (error) {
    if (![ConditionError, ExpansionError, BudgetExceeded].some(kind => error instanceof kind)) throw error
    const place = error instanceof ConditionError ? error.place : configuration.root.place
    diagnostics.error(messageOf(error), '', place)
    return invalid(diagnostics)
  }
}

/** The whole configuration, checked; null when it cannot be read. */
export async function readConfiguration(
  source: SourceText,
  context: PipelineContext,
  files: SourceFiles,
  diagnostics: Diagnostics,
): Promise<Configuration | null> {
  try {
    const mergeBudget = createBudget(maxMergedKeys, 'the configuration is too large: too many keys are merged')
    const root = await assemble(source, { context, files, diagnostics, mergeBudget })
    const written = root && writeOut(root, mergeBudget, diagnostics)
    if (!written) return null
    const configuration = configurationOf(written.root, written.incomplete)
    checkDocument(configuration, diagnostics)
    checkGraph(configuration, diagnostics)
    checkEnvironments(configuration.jobs, diagnostics)
    return configuration
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error
    diagnostics.error(error.message, '', { source, offset: 0 })
    return null
  }
}

/** `extends` and `!reference` written out; null when that makes too large a document. */
function writeOut(root: MappingNode, mergeBudget: Budget, diagnostics: Diagnostics): Extended | null {
  const extended = applyExtends(root, mergeBudget, diagnostics)
  const resolved = resolveReferences(extended.root, diagnostics)
  const exceeded = createWeigher().exceeded(resolved)
  if (exceeded === null) return { root: resolved, incomplete: extended.incomplete }
  diagnostics.error(exceeded, '', root.place)
  return null
}

function invalid(diagnostics: Diagnostics): CompileResult {
  return { valid: false, errors: diagnostics.errors(), warnings: diagnostics.warnings() }
}
