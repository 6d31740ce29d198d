import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTokenSigner, readSigningKey } from '../../../src/access/token-signer.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-keys-'))
})
afterAll(() => rm(folder, { recursive: true }))

it('signs tokens that verify against the served keys, and keeps the key over a restart, for the owner only', async () => {
  const signer = await createTokenSigner(await readSigningKey(folder))
  const token = await signer.sign({ iss: 'https://ci.example.com', aud: 'vault', exp: Date.now() / 1000 + 60 })
  const restarted = await createTokenSigner(await readSigningKey(folder))
  const verified = await jwtVerify(token, createLocalJWKSet({ keys: [...restarted.keys] }), { audience: 'vault' })
  expect(verified.payload).toMatchObject({ iss: 'https://ci.example.com', jti: expect.any(String) })
  expect(verified.protectedHeader).toMatchObject({ alg: 'RS256', kid: restarted.keys[0]?.kid })
  expect(Object.keys(signer.keys[0] ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
  expect((await stat(join(folder, 'id-tokens.pem'))).mode & 0o777).toBe(0o600)
})
