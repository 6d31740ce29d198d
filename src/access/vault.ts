// Seals values that must not be readable in the database: AES-256-GCM with a key that lies in a file of its own.
// Layout: version (1 byte) · nonce (12) · tag (16) · ciphertext. The context (where a value belongs) is authenticated,
// so that a row copied to another place does not open.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const version = 1
const keyBytes = 32

export type Vault = {
  readonly seal: (text: string, context: string) => Uint8Array
  /** Throws when the value was sealed with another key or for another context. */
  readonly open: (sealed: Uint8Array, context: string) => string
}

export function createVault(key: Uint8Array): Vault {
  return {
    seal: (text, context) => {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
      const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([Buffer.of(version), nonce, cipher.getAuthTag(), ciphertext])
    },
    open: (sealed, context) => {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
      if (bytes[0] !== version) throw new Error(`a sealed value has version ${bytes[0] ?? 'none'}, expected ${version}`)
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, 13))
      decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(13, 29))
      return decipher.update(bytes.subarray(29), undefined, 'utf8') + decipher.final('utf8')
    },
  }
}

/** Reads the key `<folder>/variables.key`, made at the first start. Two processes that start at once get the same one. */
export async function readVaultKey(folder: string): Promise<Uint8Array> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const file = join(folder, 'variables.key')
  const fresh = join(folder, `variables.key.${process.pid}`)
  await writeFile(fresh, randomBytes(keyBytes), { mode: 0o600, flush: true })
  await link(fresh, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await rm(fresh, { force: true })
  const key = await readFile(file)
  if (key.length !== keyBytes) throw new Error(`${file}: expected a key of ${keyBytes} bytes, found ${key.length}`)
  return key
}
