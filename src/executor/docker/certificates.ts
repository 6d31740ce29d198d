// Certificates for the TLS between a job and its own Docker service, made here because the image's way takes seconds
// (three RSA keys of 4096 bits). X.509 v3 in DER (RFC 5280), keys on P-256, signed with ECDSA and SHA-256. They live as
// long as the job; the CA's key is thrown away, so nothing else can be signed by it.
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

export type DockerCertificates = {
  readonly ca: string
  readonly server: { readonly certificate: string; readonly key: string }
  readonly client: { readonly certificate: string; readonly key: string }
}

const oneDayMs = 86_400_000

export function createDockerCertificates(hostNames: readonly string[], nowMs: number): DockerCertificates {
  const validity = { from: new Date(nowMs - oneDayMs), to: new Date(nowMs + 30 * oneDayMs) }
  const ca = newKeys()
  const issue = (name: string, keys: Keys, extensions: readonly Buffer[]) =>
    certificate({ subject: name, issuer: 'slipway job CA', keys, signer: ca.privateKey, validity, extensions })
  const server = newKeys()
  const client = newKeys()
  return {
    ca: issue('slipway job CA', ca, [basicConstraints(true), keyUsage(0x06, 1)]),
    server: {
      certificate: issue('docker:dind server', server, [
        basicConstraints(false),
        keyUsage(0x80, 7),
        extendedKeyUsage('1.3.6.1.5.5.7.3.1'),
        subjectAltNames(hostNames),
      ]),
      key: pemOfKey(server.privateKey),
    },
    client: {
      certificate: issue('docker:dind client', client, [
        basicConstraints(false),
        keyUsage(0x80, 7),
        extendedKeyUsage('1.3.6.1.5.5.7.3.2'),
      ]),
      key: pemOfKey(client.privateKey),
    },
  }
}

type Keys = { readonly publicKey: KeyObject; readonly privateKey: KeyObject }

function newKeys(): Keys {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
}

function pemOfKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

type CertificateOrder = {
  readonly subject: string
  readonly issuer: string
  readonly keys: Keys
  readonly signer: KeyObject
  readonly validity: { readonly from: Date; readonly to: Date }
  readonly extensions: readonly Buffer[]
}

function certificate(order: CertificateOrder): string {
  const algorithm = sequence(objectId('1.2.840.10045.4.3.2'))
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(15)])),
    algorithm,
    distinguishedName(order.issuer),
    sequence(time(order.validity.from), time(order.validity.to)),
    distinguishedName(order.subject),
    order.keys.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...order.extensions)),
  )
  const signature = sign('sha256', body, order.signer)
  const der = sequence(body, algorithm, bitString(signature, 0))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

function basicConstraints(isCa: boolean): Buffer {
  return extension('2.5.29.19', true, sequence(...(isCa ? [tagged(0x01, Buffer.from([0xff]))] : [])))
}

function keyUsage(bits: number, unusedBits: number): Buffer {
  return extension('2.5.29.15', true, bitString(Buffer.from([bits]), unusedBits))
}

function extendedKeyUsage(purpose: string): Buffer {
  return extension('2.5.29.37', false, sequence(objectId(purpose)))
}

function subjectAltNames(hostNames: readonly string[]): Buffer {
  return extension('2.5.29.17', false, sequence(...hostNames.map(name => tagged(0x82, Buffer.from(name)))))
}

function extension(id: string, isCritical: boolean, value: Buffer): Buffer {
  const critical = isCritical ? [tagged(0x01, Buffer.from([0xff]))] : []
  return sequence(objectId(id), ...critical, tagged(0x04, value))
}

function distinguishedName(commonName: string): Buffer {
  return sequence(tagged(0x31, sequence(objectId('2.5.4.3'), tagged(0x0c, Buffer.from(commonName)))))
}

function time(date: Date): Buffer {
  const text = date.toISOString().replace(/[-:T]/g, '').slice(2, 14)
  return tagged(0x17, Buffer.from(`${text}Z`))
}

function bitString(bytes: Buffer, unusedBits: number): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([unusedBits]), bytes]))
}

function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

function base128(value: number): number[] {
  const digits = [value & 0x7f]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) digits.unshift((rest & 0x7f) | 0x80)
  return digits
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts))
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content])
  const size = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
