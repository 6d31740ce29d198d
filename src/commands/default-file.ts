// The `.gitlab-ci.yml` of the working copy, from any folder in it, without asking git.
import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { defaultFile } from './plan-options.ts'

/** The file that is named, else that of this folder, else that of the working copy. */
export function fileOf(named: string, folder = process.cwd()): string {
  if (named !== defaultFile || existsSync(join(folder, defaultFile))) return named
  const inCopy = join(rootOf(folder), defaultFile)
  return existsSync(inCopy) ? relative(folder, inCopy) : named
}

/** The nearest folder with a `.git`; this one if there is none. */
function rootOf(folder: string): string {
  for (let each = folder; ; each = dirname(each)) {
    if (existsSync(join(each, '.git'))) return each
    if (each === dirname(each)) return folder
  }
}
