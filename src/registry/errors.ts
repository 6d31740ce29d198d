// Every error that the registry's protocol knows: one table from code to status and default message.
import { AppError } from '../kit/errors.ts'

export const registryErrors = {
  BLOB_UNKNOWN: { status: 404, message: 'blob unknown to registry' },
  BLOB_UPLOAD_INVALID: { status: 400, message: 'blob upload invalid' },
  BLOB_UPLOAD_UNKNOWN: { status: 404, message: 'blob upload unknown to registry' },
  DENIED: { status: 403, message: 'requested access to the resource is denied' },
  DIGEST_INVALID: { status: 400, message: 'provided digest did not match uploaded content' },
  MANIFEST_BLOB_UNKNOWN: { status: 400, message: 'manifest references a manifest or blob unknown to registry' },
  MANIFEST_INVALID: { status: 400, message: 'manifest invalid' },
  MANIFEST_TOO_LARGE: { status: 413, message: 'manifest is larger than 4 MiB' },
  MANIFEST_UNKNOWN: { status: 404, message: 'manifest unknown' },
  NAME_INVALID: { status: 400, message: 'invalid repository name' },
  NAME_UNKNOWN: { status: 404, message: 'repository name not known to registry' },
  PAGINATION_NUMBER_INVALID: { status: 400, message: 'invalid number of results requested' },
  FOLLOW_INVALID: { status: 400, message: 'the follow is not possible' },
  NOT_FOUND: { status: 404, message: 'not found' },
  PATTERN_INVALID: { status: 400, message: 'invalid pattern' },
  PRECONDITION_FAILED: { status: 412, message: 'the tag is not at the expected digest' },
  QUERY_INVALID: { status: 400, message: 'invalid query' },
  RANGE_INVALID: { status: 416, message: 'invalid content range' },
  SIZE_INVALID: { status: 400, message: 'provided length did not match content length' },
  STORAGE_FULL: { status: 507, message: 'the disk of the registry is full: nothing of this request was kept' },
  TAG_INVALID: { status: 400, message: 'manifest tag did not match URI' },
  TAG_LIST_TOO_LONG: { status: 414, message: 'too many tags in one request' },
  TOOMANYREQUESTS: { status: 429, message: 'too many requests' },
  UNAUTHORIZED: { status: 401, message: 'authentication required' },
  UNAVAILABLE: { status: 503, message: 'the registry is shutting down' },
  UNKNOWN: { status: 500, message: 'unknown error' },
  UNSUPPORTED: { status: 405, message: 'the operation is unsupported' },
} as const
export type RegistryErrorCode = keyof typeof registryErrors

/** The status of each code, for doors that speak another protocol. */
export const registryStatuses: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(registryErrors).map(([code, { status }]) => [code, status]),
)

/** Codes that the wire does not know, with the nearest that docker prints well (research: "how a refusal looks"). */
const wireCodes: Partial<Record<RegistryErrorCode, string>> = {
  MANIFEST_TOO_LARGE: 'SIZE_INVALID',
  PRECONDITION_FAILED: 'DENIED',
  QUERY_INVALID: 'UNSUPPORTED',
  STORAGE_FULL: 'UNAVAILABLE',
  TAG_LIST_TOO_LONG: 'TAG_INVALID',
}

/** An expected refusal. `headers` go onto the answer, e.g. where an upload stands after a chunk out of order. */
export class RegistryError extends AppError {
  declare readonly code: RegistryErrorCode
  readonly headers: Readonly<Record<string, string>>
  /** What a token must be good for: the part of `WWW-Authenticate` behind the realm. */
  readonly challenge: string | null

  constructor(
    code: RegistryErrorCode,
    message: string = registryErrors[code].message,
    options: {
      readonly detail?: unknown
      readonly cause?: unknown
      readonly headers?: Readonly<Record<string, string>>
      readonly challenge?: string
    } = {},
  ) {
    super(code, message, options)
    this.name = 'RegistryError'
    this.headers = options.headers ?? {}
    this.challenge = options.challenge ?? null
  }
}

export type ErrorAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The answer of the specification's error format. A list in `detail` of MANIFEST_BLOB_UNKNOWN becomes an entry each. */
export function errorAnswer(error: RegistryError): ErrorAnswer {
  const code = wireCodes[error.code] ?? error.code
  const details = error.code === 'MANIFEST_BLOB_UNKNOWN' && Array.isArray(error.detail) ? error.detail : [error.detail]
  const errors = details.map(detail => ({ code, message: error.message, ...(detail === undefined ? {} : { detail }) }))
  return { status: registryErrors[error.code].status, headers: error.headers, body: JSON.stringify({ errors }) }
}

/** For the API, which answers in its own words with the same statuses. */
export const registryErrorStatuses: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(registryErrors).map(([code, { status }]) => [code, status]),
)
