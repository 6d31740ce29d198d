// What an engine's or a registry's words about an image mean. Pure.
import { AppError, messageOf } from '../../kit/errors.ts'

/** Said by who knows: no other pull policy will help. */
export function isRefusal(error: unknown): boolean {
  return (
    error instanceof AppError &&
    ['image_not_found', 'image_pull_denied', 'policy_denied', 'disk_full'].includes(error.code)
  )
}

export function imageProblem(image: string, error: unknown): AppError {
  if (error instanceof AppError) return error
  const text = messageOf(error).replace(/^\(HTTP code \d+\) [^-]*- /, '')
  const code = /no space left/i.test(text)
    ? 'disk_full'
    : /manifest unknown|not found|does not exist|no such image|invalid reference|name unknown/i.test(text)
      ? 'image_not_found'
      : /denied|unauthorized|authentication required|no basic auth|forbidden/i.test(text)
        ? 'image_pull_denied'
        : 'image_pull_failed'
  return new AppError(code, `image ${image} cannot be pulled: ${text.trim()}`, { cause: error })
}
