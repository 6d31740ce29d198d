// A secret key of this installation, in a file that only its user may read. Made at the first start.
import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Two processes that start at once get the same key: the file appears whole, and only once. */
export async function readOrCreateKey(file: string, sizeBytes: number): Promise<Buffer> {
  const known = await readKey(file)
  if (known !== null) return known
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomBytes(8).toString('hex')}`
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(randomBytes(sizeBytes))
    await handle.sync()
  } finally {
    await handle.close()
  }
  try {
    await link(draft, file)
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error // else another process was first: its key it is
  } finally {
    await rm(draft)
  }
  return readFile(file)
}

async function readKey(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
