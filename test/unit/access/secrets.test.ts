import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hashPassword, verifyPassword } from '../../../src/access/passwords.ts'
import { createVault, readVaultKey } from '../../../src/access/vault.ts'
import { createVerifiedPasswords } from '../../../src/access/verified-passwords.ts'

describe('passwords', () => {
  it('are kept as argon2id with a salt of their own, and known again', async () => {
    const [one, other] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')])
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(one).not.toBe(other)
    expect(await verifyPassword(one, 'correct horse')).toBe(true)
    expect(await verifyPassword(one, 'correct horse ')).toBe(false)
    expect(await verifyPassword('nonsense', 'correct horse')).toBe(false)
  })

  it('that were right are remembered for a minute, while the stored hash stays the same', () => {
    let time = 0
    const known = createVerifiedPasswords({ now: () => time })
    known.add('User', 'password', 'hash-1')
    expect(known.isKnown('user', 'password', 'hash-1')).toBe(true)
    expect(known.isKnown('user', 'other', 'hash-1')).toBe(false)
    expect(known.isKnown('user', 'password', 'hash-2')).toBe(false)
    time = 60_000
    expect(known.isKnown('user', 'password', 'hash-1')).toBe(false)
  })
})

describe('the vault', () => {
  const vault = createVault(Buffer.alloc(32, 1))

  it('opens what it has sealed, and holds nothing readable', () => {
    const sealed = vault.seal('a secret value', 'project 1 KEY')
    expect(Buffer.from(sealed).toString('latin1')).not.toContain('secret')
    expect(vault.open(sealed, 'project 1 KEY')).toBe('a secret value')
    expect(vault.open(new Uint8Array(sealed), 'project 1 KEY')).toBe('a secret value')
  })

  it('does not open for another place, with another key, or after a change', () => {
    const sealed = vault.seal('a secret value', 'project 1 KEY')
    expect(() => vault.open(sealed, 'project 2 KEY')).toThrow()
    expect(() => createVault(Buffer.alloc(32, 2)).open(sealed, 'project 1 KEY')).toThrow()
    const changed = Buffer.from(sealed)
    changed[changed.length - 1] = (changed[changed.length - 1] ?? 0) ^ 1
    expect(() => vault.open(changed, 'project 1 KEY')).toThrow()
  })

  it('seals the same text differently each time', () => {
    expect(Buffer.from(vault.seal('x', 'c')).equals(Buffer.from(vault.seal('x', 'c')))).toBe(false)
  })

  it('has one key for all that start at once, which nobody else may read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-vault-'))
    try {
      const keys = [await readVaultKey(join(folder, 'keys')), await readVaultKey(join(folder, 'keys'))]
      expect(keys[0]).toEqual(keys[1])
      expect((await stat(join(folder, 'keys', 'variables.key'))).mode & 0o777).toBe(0o600)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
