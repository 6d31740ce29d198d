// What a cleanup would delete, for people.
import { printLine } from './output.ts'
import { mebibytes } from './registry-image.ts'

export type PreviewView = {
  readonly repositories: readonly {
    readonly path: string
    readonly deletes: readonly { readonly name: string; readonly published_at: string }[]
    readonly keeps: readonly { readonly name: string; readonly reason: string }[]
    readonly freed_bytes: number
  }[]
  readonly deleted_tags: number
  readonly freed_bytes: number
}

export function printPreview(preview: PreviewView): void {
  for (const { path, deletes, keeps, freed_bytes } of preview.repositories) {
    printLine(`${path}: ${deletes.length} tags would go (${mebibytes(freed_bytes)}), ${keeps.length} stay`)
    for (const tag of deletes) printLine(`  - ${tag.name}  pushed ${tag.published_at}`)
    for (const tag of keeps) printLine(`    ${tag.name}  stays: ${tag.reason}`)
  }
  printLine(`In all ${preview.deleted_tags} tags would go, and ${mebibytes(preview.freed_bytes)} would come back.`)
}
