import { change, getAll, projectUrl } from './client.ts'

type AccessRule = { readonly access_level: number | null; readonly access_level_description?: string }
export type ProtectedBranch = {
  readonly id?: number
  readonly name: string
  readonly push_access_levels: readonly AccessRule[]
  readonly allow_force_push: boolean
}
export type ProtectedTag = { readonly name: string; readonly create_access_levels: readonly AccessRule[] }

/** Who may push; 60 is an administrator, 0 nobody. */
export const pushLevels = [
  { value: '30', label: 'Developers and above' },
  { value: '40', label: 'Maintainers and above' },
  { value: '0', label: 'Nobody' },
] as const

export function listProtectedBranches(project: string, signal: AbortSignal): Promise<readonly ProtectedBranch[]> {
  return getAll<ProtectedBranch>(projectUrl(project, 'protected_branches'), { signal })
}

export function protectBranch(
  project: string,
  body: { readonly name: string; readonly push_access_level: number; readonly allow_force_push: boolean },
): Promise<unknown> {
  return change('POST', projectUrl(project, 'protected_branches'), { body })
}

export function unprotectBranch(project: string, name: string): Promise<unknown> {
  return change('DELETE', projectUrl(project, `protected_branches/${encodeURIComponent(name)}`))
}

export function listProtectedTags(project: string, signal: AbortSignal): Promise<readonly ProtectedTag[]> {
  return getAll<ProtectedTag>(projectUrl(project, 'protected_tags'), { signal })
}

export function protectTag(
  project: string,
  body: { readonly name: string; readonly create_access_level: number },
): Promise<unknown> {
  return change('POST', projectUrl(project, 'protected_tags'), { body })
}

export function unprotectTag(project: string, name: string): Promise<unknown> {
  return change('DELETE', projectUrl(project, `protected_tags/${encodeURIComponent(name)}`))
}
