// `npm run bench [-- NAME...]`: measures, prints a table, keeps the figures, and fails when a goal is missed.
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BenchResult } from './result.ts'

type Bench = { readonly run: () => Promise<readonly BenchResult[]> }

const known = ['four-stages', 'language', 'live', 'pipeline', 'queue', 'registry', 'runner', 'web']
const benches = known.filter(name => existsSync(join(import.meta.dirname, `${name}.ts`)))

const wanted = process.argv.slice(2)
const unknown = wanted.filter(name => !benches.includes(name))
if (unknown.length > 0) {
  process.stderr.write(`bench: '${unknown.join("', '")}' is not there; expected ${benches.join(', ')}\n`)
  process.exit(2)
}

const results: BenchResult[] = []
for (const name of benches) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  process.stderr.write(`measuring ${name} …\n`)
  const { run } = (await import(`./${name}.ts`)) as Bench
  results.push(...(await run()))
}
process.stdout.write(tableOf(results))
await keep(results)
if (results.some(result => !result.met)) process.exitCode = 1

function tableOf(rows: readonly BenchResult[]): string {
  const cells = rows.map(row => [
    row.met ? '✓' : '✗',
    row.name,
    `${figure(row.ours)} ${row.unit}`,
    row.reference === null ? '–' : `${figure(row.reference.value)} ${row.unit} (${row.reference.name})`,
    row.ratio === null ? '–' : row.ratio.toFixed(2),
    row.goal,
    row.note ?? '',
  ])
  const lines = [['', 'what', 'ours', 'beside', 'ratio', 'goal', ''], ...cells]
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map(line => line[column]?.length ?? 0))) ?? []
  return lines
    .map(
      line =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

async function keep(rows: readonly BenchResult[]): Promise<void> {
  const folder = join(import.meta.dirname, 'results')
  await mkdir(folder, { recursive: true })
  const file = join(folder, `${new Date().toISOString().replaceAll(':', '-')}.json`)
  await writeFile(file, `${JSON.stringify(rows, null, 2)}\n`)
}
