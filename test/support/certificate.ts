// A certificate authority of a test's own, and a server's certificate by it, made by openssl.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'

export type TestCertificate = { readonly caFile: string; readonly certFile: string; readonly keyFile: string }

/** @param names like `DNS:ci.example.com` and `IP:127.0.0.1` */
export async function createCertificate(folder: string, names: readonly string[]): Promise<TestCertificate> {
  const file = (name: string) => join(folder, name)
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const openssl = (...words: string[]) => execa('openssl', words, { cwd: folder })
  await openssl(
    'req',
    '-x509',
    ...key,
    '-days',
    '2',
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
    '-subj',
    '/CN=Test authority',
  )
  await openssl('req', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=Test server')
  await writeFile(file('names'), `subjectAltName=${names.join(',')}\n`)
  const sign = ['-req', '-in', 'server.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2']
  await openssl('x509', ...sign, '-extfile', 'names', '-out', 'server.crt')
  return { caFile: file('ca.crt'), certFile: file('server.crt'), keyFile: file('server.key') }
}
