import { expect, test } from 'vitest'
import { credentialFor, credentialsOfAuthConfig } from '../../../src/executor/docker/credentials.ts'

test('the longest match wins, among equals the first', () => {
  const credentials = [
    { host: 'r.example.com', username: 'job', password: '1' },
    { host: 'r.example.com/g/p', username: 'deep', password: '2' },
    { host: 'r.example.com', username: 'later', password: '3' },
  ]
  expect(credentialFor('r.example.com/g/p:1', credentials)?.username).toBe('deep')
  expect(credentialFor('r.example.com/g/pother:1', credentials)?.username).toBe('job')
  expect(credentialFor('other.example.com/g/p', credentials)).toBe(null)
  expect(credentialFor('r.example.com.evil.org/g/p', credentials)).toBe(null)
})

test('a docker config.json is read, in both its spellings', () => {
  const auth = Buffer.from('user:pa:ss').toString('base64')
  const text = JSON.stringify({
    auths: { 'https://index.docker.io/v1/': { auth }, 'r.example.com': { username: 'u', password: 'p' }, broken: {} },
  })
  expect(credentialsOfAuthConfig(text)).toEqual([
    { host: 'docker.io', username: 'user', password: 'pa:ss' },
    { host: 'r.example.com', username: 'u', password: 'p' },
  ])
})

test('what is no JSON counts for nothing', () => {
  expect(credentialsOfAuthConfig('{nonsense')).toEqual([])
})
