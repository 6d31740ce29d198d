// The YAML files of a case as they are written: nothing included, extended or interpolated yet.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseYaml } from '../../../src/pipeline/yaml/parse.ts'
import { plainOf } from '../../../src/pipeline/yaml/plain.ts'
import type { Scenario } from './scenario.ts'

export type WrittenMap = Readonly<Record<string, unknown>>
export type WrittenFile = { readonly path: string; readonly header: WrittenMap | null; readonly root: WrittenMap }

export function writtenFilesOf({ folder }: Scenario): readonly WrittenFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.yml') && path !== 'scenario.yml')
    .map(path => writtenFile(path, readFileSync(join(folder, path), 'utf8')))
}

export function isMap(value: unknown): value is WrittenMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function writtenFile(path: string, text: string): WrittenFile {
  const [first, second] = parseYaml({ file: path, text }).documents.map(plainOf)
  const isHeader = isMap(first) && isMap(first.spec) && isMap(second)
  const root = isHeader ? second : first
  return { path, header: isHeader ? first : null, root: isMap(root) ? root : {} }
}
