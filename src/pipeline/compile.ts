import { ConditionError } from './condition/clause.ts'
import type { PipelineContext } from './context.ts'
import { createDiagnostics, type Diagnostics } from './diagnostics.ts'
import { type Configuration, configurationOf } from './document/configuration.ts'
import { readDocument } from './document/document.ts'
import { applyExtends, type Extended } from './document/extend.ts'
import { createMergeBudget, MergeTooLarge } from './document/merge.ts'
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
import type { MappingNode } from './yaml/node.ts'

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
  const configuration = await readConfiguration(text, context, diagnostics)
  if (!configuration || diagnostics.hasErrors) return invalid(diagnostics)
  try {
    const outcome = await planPipeline(configuration, context, files, diagnostics)
    return diagnostics.hasErrors ? invalid(diagnostics) : outcome
  } catch (error) {
    if (!(error instanceof ConditionError || error instanceof ExpansionError)) throw error
    diagnostics.error(error.message, '', configuration.root.place)
    return invalid(diagnostics)
  }
}

async function readConfiguration(
  text: string,
  context: PipelineContext,
  diagnostics: Diagnostics,
): Promise<Configuration | null> {
  const document = readDocument({ file: context.configPath, text }, diagnostics)
  if (!document) return null
  const written = writeOut(document.root, diagnostics)
  if (!written) return null
  const configuration = configurationOf(written.root, written.incomplete)
  checkDocument(configuration, diagnostics)
  checkGraph(configuration, diagnostics)
  checkEnvironments(configuration.jobs, diagnostics)
  return configuration
}

/** `extends` and `!reference` written out, within bounds. */
function writeOut(root: MappingNode, diagnostics: Diagnostics): Extended | null {
  try {
    const extended = applyExtends(root, createMergeBudget(), diagnostics)
    const resolved = resolveReferences(extended.root, diagnostics)
    const exceeded = createWeigher().exceeded(resolved)
    if (exceeded === null) return { root: resolved, incomplete: extended.incomplete }
    diagnostics.error(exceeded, '', root.place)
  } catch (error) {
    if (!(error instanceof MergeTooLarge)) throw error
    diagnostics.error(error.message, '', root.place)
  }
  return null
}

function invalid(diagnostics: Diagnostics): CompileResult {
  return { valid: false, errors: diagnostics.errors(), warnings: diagnostics.warnings() }
}
