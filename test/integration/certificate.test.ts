// The server's certificate: who vouches for it, which names it is for, and a new one while connections stay open.
import { X509Certificate } from 'node:crypto'
import { appendFile, cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCertificate } from '../../src/commands/compose/certificate.ts'
import { openListeners } from '../../src/commands/compose/listen.ts'
import { localUrl } from '../../src/commands/local-url.ts'
import { createCertificate, type TestCertificate } from '../support/certificate.ts'
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary.ts'

let temporary: TemporaryFolder
let signed: TestCertificate

beforeAll(async () => {
  temporary = await createTemporaryFolder()
  signed = await createCertificate(temporary.path, ['DNS:ci.example.com', 'DNS:localhost'])
})
afterAll(() => temporary.remove())

const read = (certFile: string, keyFile: string, caFile?: string) =>
  readCertificate({ tls: { certFile, keyFile }, caFile })

describe('who vouches for a certificate', () => {
  it('is nobody to be told of, when its chain holds no root', async () => {
    expect((await read(signed.certFile, signed.keyFile)).authority).toBe(null)
  })

  it('is the certificate itself, when it has signed itself', async () => {
    const [certFile, keyFile] = [join(temporary.path, 'own.crt'), join(temporary.path, 'own.key')]
    const words = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=ci.example.com']
    await execa('openssl', ['req', '-x509', ...words, '-keyout', keyFile, '-out', certFile])
    const { authority } = await read(certFile, keyFile)
    expect(authority?.file).toBe(certFile)
    expect(new X509Certificate(authority?.pem ?? '').subject).toBe('CN=ci.example.com')
  })

  it('is the root in its chain, and not the certificate', async () => {
    const chainFile = join(temporary.path, 'chain.crt')
    await cp(signed.certFile, chainFile)
    await appendFile(chainFile, await readFile(signed.caFile))
    const { authority } = await read(chainFile, signed.keyFile)
    expect(new X509Certificate(authority?.pem ?? '').subject).toBe('CN=Test authority')
  })

  it('is who is named, before all', async () => {
    const { authority } = await read(signed.certFile, signed.keyFile, signed.caFile)
    expect(authority?.file).toBe(signed.caFile)
  })
})

describe('this machine reaches its own server', () => {
  const config = { url: 'https://ci.example.com' }
  const port = 8443

  it.each([
    ['127.0.0.1', 'https://localhost:8443'],
    ['0.0.0.0', 'https://localhost:8443'],
    ['10.1.2.3', 'https://ci.example.com'],
  ])('that listens on %s, under a name that its certificate has: %s', async (host, expected) => {
    expect(localUrl(config, [{ host, port }], await read(signed.certFile, signed.keyFile))).toBe(expected)
  })

  it('without a certificate at its address', async () => {
    const plain = await readCertificate({ tls: undefined, caFile: undefined })
    expect(localUrl(config, [{ host: '::', port }], plain)).toBe('http://[::1]:8443')
  })
})

it('a new certificate is for new connections; those that are open stay', async () => {
  const first = await read(signed.certFile, signed.keyFile)
  const listeners = await openListeners({ listen: [{ host: '127.0.0.1', port: 0 }] }, first, {
    handle: (_request, response) => response.end('here'),
    upgrade: (_request, socket) => socket.destroy(),
  })
  const open = (): Promise<TLSSocket> =>
    new Promise((resolve, reject) => {
      const place = { port: listeners.addresses[0]?.port ?? 0, host: '127.0.0.1', rejectUnauthorized: false }
      const socket = connect(place, () => resolve(socket))
      socket.once('error', reject)
    })
  try {
    const old = await open()
    const folder = await createTemporaryFolder()
    const renewed = await createCertificate(folder.path, ['DNS:renewed.example.com'])
    listeners.useCertificate(await read(renewed.certFile, renewed.keyFile))
    await folder.remove()
    const fresh = await open()
    expect(fresh.getPeerCertificate().subjectaltname).toBe('DNS:renewed.example.com')
    const answer = new Promise<string>(resolve => old.once('data', data => resolve(String(data))))
    old.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(await answer).toContain('200 OK')
    for (const socket of [old, fresh]) socket.destroy()
  } finally {
    await listeners.close(1000)
  }
})

it.each([
  ['a missing file', () => read('/nowhere', '/nowhere')],
  ['the key of another', () => read(signed.certFile, join(temporary.path, 'ca.key'))],
  ['an authority that is none', () => read(signed.certFile, signed.keyFile, signed.keyFile)],
])('%s is told at the start', async (_, attempt) => {
  await expect(attempt()).rejects.toMatchObject({ code: 'usage' })
})
