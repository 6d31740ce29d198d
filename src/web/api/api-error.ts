// What the server refused, as a sentence for people. GitLab's error bodies come in several shapes: `{message: text}`,
// `{message: {field: [texts]}}`, `{error, error_description}`.

export class ApiError extends Error {
  /** 0: the server did not answer. */
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.name = 'ApiError'
    this.status = status
  }
}

export function sentenceOf(status: number, body: unknown): string {
  const told = toldBy(body)
  if (told !== null && !/^\d{3} [A-Z]/.test(told)) return told
  return usualSentence(status, told)
}

/** Any thrown thing as words that may be shown. */
export function wordsOf(error: unknown): string {
  if (error instanceof ApiError) return error.message
  return `This page met a mistake of its own: ${error instanceof Error ? error.message : String(error)}`
}

function toldBy(body: unknown): string | null {
  if (typeof body !== 'object' || body === null) return null
  const { message, error, error_description: description } = body as Record<string, unknown>
  const said = message ?? description ?? error
  if (typeof said === 'string') return said
  if (Array.isArray(said)) return said.map(String).join('; ')
  if (typeof said === 'object' && said !== null) return Object.entries(said).map(fieldSentence).join('; ')
  return null
}

function fieldSentence([field, texts]: [string, unknown]): string {
  const words = Array.isArray(texts) ? texts.map(String).join(', ') : String(texts)
  return field === 'base' ? words : `${field.replaceAll('_', ' ')} ${words}`
}

/** GitLab's `403 Forbidden - reason` keeps its reason. */
function usualSentence(status: number, told: string | null): string {
  const reason = told?.match(/^\d{3} [A-Za-z ]+ - (.+)$/)?.[1]
  if (status === 401) return 'You are signed out. Sign in and try again.'
  if (status === 403) return reason ?? 'Your role does not allow this. Ask a maintainer of the project.'
  if (status === 404)
    return 'There is nothing here that you may see. It may have been deleted, or you are not a member of its project.'
  if (status === 409) return reason ?? 'This has changed in the meantime. Load the page again.'
  if (status === 413) return 'That is larger than this server accepts.'
  if (status === 429) return 'Too many requests. Wait a minute and try again.'
  if (status >= 500) return `The server met a mistake (${status}). Its log tells more.`
  return reason ?? told ?? `The server answered ${status}.`
}
