// The configuration as the compiler sees it after include, extends and !reference: for people, as YAML.
import { dump } from 'js-yaml'
import { readConfiguration } from './compile.ts'
import type { PipelineContext } from './context.ts'
import { createDiagnostics } from './diagnostics.ts'
import type { SourceFiles } from './ports.ts'
import { plainOf } from './yaml/plain.ts'

/** Null: it cannot be read; `compile` tells why. */
export async function mergedYaml(text: string, context: PipelineContext, files: SourceFiles): Promise<string | null> {
  const source = { file: context.configPath, text }
  const configuration = await readConfiguration(source, context, files, createDiagnostics())
  return configuration === null ? null : dump(plainOf(configuration.root))
}
