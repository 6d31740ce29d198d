// Caches of `cache:` outlive the run: they are kept in a folder of the working copy's own.
import { createHash, randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { CacheUpload } from '../../runner/ports.ts'

export type LocalCaches = {
  /** The digest that the cache was stored with; null: there is none. */
  readonly digest: (key: string) => Promise<string | null>
  readonly open: (key: string) => Promise<NodeJS.ReadableStream | null>
  /** The whole cache or nothing of it, also for a run beside this one. */
  readonly store: (cache: CacheUpload) => Promise<void>
}

export function createLocalCaches(folder: string): LocalCaches {
  const fileOf = (key: string) => join(folder, sha256(key))

  return {
    digest: key => readFile(`${fileOf(key)}.digest`, 'utf8').catch(nothing),
    async open(key) {
      const file = await open(fileOf(key)).catch(nothing)
      return file?.createReadStream() ?? null
    },
    async store({ cacheKey, digest, open: openUpload }) {
      const file = fileOf(cacheKey)
      const fresh = `${file}.${randomBytes(6).toString('hex')}`
      await mkdir(folder, { recursive: true, mode: 0o700 })
      try {
        await pipeline(openUpload(), createWriteStream(fresh, { mode: 0o600 }))
        await writeFile(`${fresh}.digest`, digest, { mode: 0o600 })
        // A digest without its archive would keep the archive from ever being made.
        await rm(`${file}.digest`, { force: true })
        await rename(fresh, file)
        await rename(`${fresh}.digest`, `${file}.digest`)
      } finally {
        await rm(fresh, { force: true })
        await rm(`${fresh}.digest`, { force: true })
      }
    },
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function nothing(error: NodeJS.ErrnoException): null {
  if (error.code !== 'ENOENT') throw error
  return null
}
