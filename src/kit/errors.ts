/** An expected failure with a stable code. Anything else that is thrown is a bug. */
export class AppError extends Error {
  readonly code: string
  readonly detail: unknown

  constructor(code: string, message: string, options: { readonly detail?: unknown; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.detail = options.detail
  }
}

/** The message of anything thrown, for a log line or a user's message. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
