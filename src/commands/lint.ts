import type { Command } from 'commander'
import { pipelineSchema } from '../pipeline/schema.ts'
import { fileOf } from './default-file.ts'
import { createPaint } from './paint.ts'
import { compileWith, exitCodeOf } from './plan-input.ts'
import { lintJson } from './plan-json.ts'
import { addPlanOptions, defaultFile, type PlanOptions } from './plan-options.ts'
import { lintText } from './plan-text.ts'

type Options = Omit<PlanOptions, 'file'> & { readonly json?: boolean; readonly schema?: boolean }

export function register(program: Command): void {
  const command = program
    .command('lint')
    .description('check a .gitlab-ci.yml: ok, or every mistake with its line')
    .argument('[file]', '.gitlab-ci.yml to read, else that of the working copy; - is standard input', defaultFile)
  addPlanOptions(command)
    .option('--json', 'as JSON')
    .option('--schema', 'read no file: print the JSON schema of the language, for editors')
    .action(async (file: string, options: Options) => {
      if (options.schema === true) process.stdout.write(jsonText(pipelineSchema()))
      else await lintFile({ ...options, file: fileOf(file) })
    })
}

async function lintFile(options: Options & PlanOptions): Promise<void> {
  const result = await compileWith(options)
  const isJson = options.json === true
  process.stdout.write(isJson ? jsonText(lintJson(result)) : lintText(result, createPaint(process.stdout)))
  process.exitCode = exitCodeOf(result)
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
