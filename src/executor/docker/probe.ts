// Asks until a service can serve: by its own HEALTHCHECK, by Docker's `/_ping`, or by a connection to every port.
// Every answer may be a hostile one: no redirect is followed, and only a status line and a few bytes are read.
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import type { DockerCertificates } from './certificates.ts'

export type DockerAddress = {
  readonly host: string
  readonly port: number
  /** Null: plain HTTP. */
  readonly certificates: DockerCertificates | null
}

export async function answersPing(address: DockerAddress, timeoutMs: number): Promise<boolean> {
  const answer = await askDocker(address, {
    method: 'GET',
    path: '/_ping',
    timeoutMs,
    totalMs: timeoutMs,
    maxBytes: 1024,
  })
  return answer?.status === 200
}

export type DockerQuestion = {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** No byte for so long ends the question. */
  readonly timeoutMs: number
  /** However many bytes drip in. */
  readonly totalMs: number
  readonly maxBytes: number
  readonly signal?: AbortSignal
}

/** Null: no answer, or more than `maxBytes` of it. */
export function askDocker(
  address: DockerAddress,
  question: DockerQuestion,
): Promise<{ readonly status: number; readonly body: string } | null> {
  const { certificates } = address
  const options = {
    host: address.host,
    port: address.port,
    method: question.method,
    path: question.path,
    headers: { host: 'docker', 'content-length': '0', ...question.headers },
    timeout: question.timeoutMs,
    agent: false as const,
    signal: AbortSignal.any([AbortSignal.timeout(question.totalMs), ...(question.signal ? [question.signal] : [])]),
    ...(certificates === null
      ? {}
      : {
          ca: certificates.ca,
          cert: certificates.client.certificate,
          key: certificates.client.key,
          servername: 'docker',
        }),
  }
  return new Promise(resolve => {
    const request = certificates === null ? httpRequest(options) : httpsRequest(options)
    request.on('timeout', () => request.destroy(new Error('timeout')))
    request.on('error', () => resolve(null)) // not there yet, or gone: both are "no answer"
    request.on('response', response => {
      let body = ''
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > question.maxBytes) request.destroy(new Error('too long an answer'))
        else body += chunk.toString('latin1')
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
      response.on('error', () => resolve(null))
    })
    request.end()
  })
}

export function acceptsConnection(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host, port, timeout: timeoutMs })
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.on('connect', () => end(true))
    socket.on('error', () => end(false))
    socket.on('timeout', () => end(false))
  })
}
