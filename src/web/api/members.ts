import { change, getAll, getPage } from './client.ts'

export type Member = {
  readonly id: number
  readonly username: string
  readonly name: string
  readonly access_level: number
  readonly expires_at: string | null
  readonly created_at?: string
}

export const roleChoices = [
  { value: '10', label: 'Guest', hint: 'sees pipelines and logs' },
  { value: '20', label: 'Reporter', hint: 'reads code and images' },
  { value: '30', label: 'Developer', hint: 'pushes, runs and cancels pipelines' },
  { value: '40', label: 'Maintainer', hint: 'changes settings, pushes to protected branches' },
  { value: '50', label: 'Owner', hint: 'may delete all of it' },
] as const

export function roleName(level: number): string {
  return roleChoices.find(role => Number(role.value) === level)?.label ?? (level === 0 ? 'No access' : String(level))
}

/** Direct members. `base`: `projects/7` or `groups/3`. */
export function listMembers(base: string, signal: AbortSignal): Promise<readonly Member[]> {
  return getAll<Member>(`${base}/members`, { signal })
}

/** With those of the groups above. */
export function listAllMembers(base: string, signal: AbortSignal): Promise<readonly Member[]> {
  return getAll<Member>(`${base}/members/all`, { signal })
}

export type MemberInput = { readonly access_level: number; readonly expires_at: string | null }

export function addMember(base: string, userId: number, input: MemberInput): Promise<Member> {
  return change<Member>('POST', `${base}/members`, { body: { user_id: userId, ...withoutNull(input) } })
}

export function changeMember(base: string, userId: number, input: MemberInput): Promise<Member> {
  return change<Member>('PUT', `${base}/members/${userId}`, {
    body: { access_level: input.access_level, expires_at: input.expires_at ?? '' },
  })
}

export function removeMember(base: string, userId: number): Promise<unknown> {
  return change('DELETE', `${base}/members/${userId}`)
}

export async function findUser(username: string): Promise<Member | null> {
  const page = await getPage<Member>('users', { query: { username } })
  return page.items[0] ?? null
}

function withoutNull(input: MemberInput): Readonly<Record<string, unknown>> {
  return input.expires_at === null ? { access_level: input.access_level } : input
}
