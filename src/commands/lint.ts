import type { Command } from 'commander'
import { createPaint } from './paint.ts'
import { compileWith, exitCodeOf } from './plan-input.ts'
import { lintJson } from './plan-json.ts'
import { addPlanOptions, defaultFile, type PlanOptions } from './plan-options.ts'
import { lintText } from './plan-text.ts'

type Options = Omit<PlanOptions, 'file'> & { readonly json?: boolean }

export function register(program: Command): void {
  const command = program
    .command('lint')
    .description('check a .gitlab-ci.yml: ok, or every mistake with its line')
    .argument('[file]', '.gitlab-ci.yml to read; - is standard input', defaultFile)
  addPlanOptions(command)
    .option('--json', 'as JSON')
    .action(async (file: string, options: Options) => {
      const result = await compileWith({ ...options, file })
      const isJson = options.json === true
      process.stdout.write(
        isJson ? `${JSON.stringify(lintJson(result), null, 2)}\n` : lintText(result, createPaint(process.stdout)),
      )
      process.exitCode = exitCodeOf(result)
    })
}
