// The data folder: everything that a back-up has to hold. Nobody else of this machine may look inside.
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RootCredentials } from '../../access/first-start.ts'
import { AppError, messageOf } from '../../kit/errors.ts'

export async function prepareDataFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await chmod(folder, 0o700)
    for (const inner of ['repositories', 'registry', 'traces', 'artifacts', 'keys'])
      await mkdir(join(folder, inner), { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new AppError('data_folder', `the data folder ${folder} cannot be used: ${messageOf(error)}`)
  }
}

/** Keeps what was generated at the first start where only the operator can read it; the file's path. */
export async function keepRootCredentials(folder: string, root: RootCredentials): Promise<string | null> {
  const lines = [
    ...(root.password === null ? [] : [`password: ${root.password}`]),
    ...(root.token === null ? [] : [`token: ${root.token}`]),
  ]
  if (lines.length === 0) return null
  const file = join(folder, 'root-credentials')
  await writeFile(file, `username: ${root.username}\n${lines.join('\n')}\n`, { mode: 0o600, flush: true })
  return file
}
