import type { Slipway } from '../slipway.ts'

/** Fails unless the server does it. */
export async function demand<T>(slipway: Slipway, method: string, path: string, body: unknown): Promise<T> {
  const answer = await slipway.api<T>(method, path, body)
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body
}
