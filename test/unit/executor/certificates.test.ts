import { X509Certificate } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:tls'
import { expect, test } from 'vitest'
import { createDockerCertificates } from '../../../src/executor/docker/certificates.ts'

const made = createDockerCertificates(['docker', 'localhost'], Date.now())

test('both certificates are signed by the CA, the server is known by its names', () => {
  const ca = new X509Certificate(made.ca)
  const server = new X509Certificate(made.server.certificate)
  expect(server.verify(ca.publicKey)).toBe(true)
  expect(new X509Certificate(made.client.certificate).verify(ca.publicKey)).toBe(true)
  expect([ca.ca, server.ca, server.subjectAltName]).toEqual([true, false, 'DNS:docker, DNS:localhost'])
})

test('a server and a client that trust the CA find each other', async () => {
  const server = createServer(
    { ca: made.ca, cert: made.server.certificate, key: made.server.key, requestCert: true, rejectUnauthorized: true },
    socket => socket.end('hello'),
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const text = await new Promise<string>((resolve, reject) => {
    const options = { ca: made.ca, cert: made.client.certificate, key: made.client.key, servername: 'docker' }
    const socket = connect({ host: '127.0.0.1', port, ...options })
    socket.on('data', data => resolve(data.toString()))
    socket.on('error', reject)
  })
  server.close()
  expect(text).toBe('hello')
})
