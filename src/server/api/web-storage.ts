// How much the parts of the data folder hold. Folders are walked with few files open at a time; the answer is kept for a
// minute, so that looking at the page costs little.
import { lstat, opendir, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { StorageReport } from './web-admin.ts'

const keptMs = 60_000

const parts = [
  ['Repositories', 'repositories'],
  ['Images', 'registry'],
  ['Logs', 'traces'],
  ['Artifacts', 'artifacts'],
  ['Caches', 'caches'],
  ['Database', 'slipway.db'],
] as const

export function createStorageReport(deps: {
  readonly folder: string
  readonly now: () => number
}): () => Promise<StorageReport> {
  let kept: { readonly report: Promise<StorageReport>; readonly at: number } | undefined
  return () => {
    if (kept !== undefined && deps.now() - kept.at < keptMs) return kept.report
    const report = measure(deps.folder)
    kept = { report, at: deps.now() }
    report.catch(() => {
      kept = undefined
    })
    return report
  }
}

async function measure(folder: string): Promise<StorageReport> {
  const uses = []
  for (const [name, path] of parts) uses.push({ name, sizeBytes: await sizeOf(join(folder, path)) })
  const disk = await statfs(folder).catch(() => null)
  return {
    uses,
    disk: disk === null ? null : { freeBytes: disk.bavail * disk.bsize, totalBytes: disk.blocks * disk.bsize },
  }
}

/** What vanishes meanwhile counts nothing. */
async function sizeOf(path: string): Promise<number> {
  const found = await lstat(path).catch(() => null)
  if (found === null) return 0
  if (!found.isDirectory()) return found.size
  let total = 0
  const folder = await opendir(path).catch(() => null)
  if (folder === null) return 0
  for await (const entry of folder) total += await sizeOf(join(path, entry.name))
  return total
}
