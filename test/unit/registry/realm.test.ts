import { expect, it } from 'vitest'
import { createRealm } from '../../../src/registry/realm.ts'

const realm = createRealm('https://registry.example.com', ['ci.example.com', '10.0.0.5:8080'])

it.each([
  ['registry.example.com', false, 'https://registry.example.com/jwt/auth'],
  ['ci.example.com', true, 'https://ci.example.com/jwt/auth'],
  ['10.0.0.5:8080', false, 'http://10.0.0.5:8080/jwt/auth'],
  ['127.0.0.1:5000', false, 'http://127.0.0.1:5000/jwt/auth'],
  ['localhost:5000', false, 'http://localhost:5000/jwt/auth'],
  ['evil.example.net', false, 'https://registry.example.com/jwt/auth'],
  ['127.0.0.1.evil.example.net', false, 'https://registry.example.com/jwt/auth'],
  ['localhost:5000"evil', false, 'https://registry.example.com/jwt/auth'],
  [undefined, false, 'https://registry.example.com/jwt/auth'],
])('a client of the host %s (TLS: %s) is sent to %s', (host, isSecure, expected) => {
  expect(realm({ host, isSecure })).toBe(expected)
})
