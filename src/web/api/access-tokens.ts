import { change, getAll } from './client.ts'

export type AccessToken = {
  readonly id: number
  readonly name: string
  readonly scopes: readonly string[]
  readonly active: boolean
  readonly revoked: boolean
  readonly created_at: string
  readonly expires_at: string | null
  readonly last_used_at: string | null
  readonly access_level?: number
  /** Only in the answer that made it. */
  readonly token?: string
}

export const scopeWords: Readonly<Record<string, string>> = {
  api: 'everything that you may do',
  read_api: 'read everything that you may read',
  read_user: 'read who you are',
  read_repository: 'clone and fetch',
  write_repository: 'push',
  read_registry: 'pull images',
  write_registry: 'push images',
  create_runner: 'add runners',
}

export type TokenInput = {
  readonly name: string
  readonly scopes: readonly string[]
  readonly expires_at: string
  readonly access_level?: number
}

/** `base`: `personal_access_tokens`, `projects/7/access_tokens`, `groups/3/access_tokens`. */
export async function listAccessTokens(
  base: string,
  userId: number | undefined,
  signal: AbortSignal,
): Promise<readonly AccessToken[]> {
  const tokens = await getAll<AccessToken>(base, { signal, query: { user_id: userId } })
  return tokens.filter(token => !token.revoked)
}

/** `base` of a personal token: `user/personal_access_tokens`. */
export function createAccessToken(base: string, input: TokenInput): Promise<AccessToken> {
  return change<AccessToken>('POST', base, { body: input })
}

export function rotateAccessToken(base: string, id: number): Promise<AccessToken> {
  return change<AccessToken>('POST', `${base}/${id}/rotate`)
}

export function revokeAccessToken(base: string, id: number): Promise<unknown> {
  return change('DELETE', `${base}/${id}`)
}

export type DeployToken = {
  readonly id: number
  readonly name: string
  readonly username: string
  readonly scopes: readonly string[]
  readonly revoked: boolean
  readonly expired?: boolean
  readonly expires_at: string | null
  readonly token?: string
}

export async function listDeployTokens(base: string, signal: AbortSignal): Promise<readonly DeployToken[]> {
  const tokens = await getAll<DeployToken>(base, { signal })
  return tokens.filter(token => !token.revoked)
}

export function createDeployToken(
  base: string,
  input: { readonly name: string; readonly scopes: readonly string[]; readonly expires_at?: string },
): Promise<DeployToken> {
  return change<DeployToken>('POST', base, { body: input })
}
