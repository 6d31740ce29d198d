// Compiles the hostile files one after the other and prints what came of each, one line of JSON a file. It is started with as
// much memory as a compile may take, and ends badly when one takes more.
import { compile } from '../../../src/pipeline/compile.ts'
import { contextOf } from '../../../src/pipeline/context-defaults.ts'
import { noSourceFiles } from '../../../src/pipeline/ports.ts'
import { type HostileFile, hostileFiles } from './files.ts'

export type CompiledFile = {
  readonly name: string
  /** Processor time, so that a busy machine does not decide; the least of a few tries. */
  readonly cpuMs: number
  readonly messages: readonly string[]
}

const enoughMs = 700
const tries = 6

for (const file of hostileFiles) process.stdout.write(`${JSON.stringify(await compileSeveralTimes(file))}\n`)

async function compileSeveralTimes(file: HostileFile): Promise<CompiledFile> {
  let best = await compileOnce(file)
  for (let left = tries - 1; left > 0 && best.cpuMs > enoughMs; left -= 1) {
    const next = await compileOnce(file)
    if (next.cpuMs < best.cpuMs) best = next
  }
  return best
}

async function compileOnce({ name, text, event, files }: HostileFile): Promise<CompiledFile> {
  const before = process.cpuUsage()
  const result = await compile(text, contextOf(event), { ...noSourceFiles, ...files })
  const { user, system } = process.cpuUsage(before)
  const messages = result.valid ? [] : result.errors.map(error => error.message.slice(0, 300))
  return { name, cpuMs: (user + system) / 1000, messages }
}
