// Who may do what: the one place that decides. Git, the API, the WebSocket, the registry and the runner protocol all ask
// it. Pure: the facts come as arguments.
import {
  type GroupAction,
  type GroupRule,
  groupRules,
  type ProjectAction,
  type ProjectRule,
  projectRules,
} from './actions.ts'
import { type AccessLevel, type Actor, type Group, type Project, roles, type Scope, type UserActor } from './model.ts'

export type { GroupAction, ProjectAction } from './actions.ts'

/** `hidden`: say that the thing does not exist (404), so that strangers learn nothing. */
export type Decision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly hidden: boolean; readonly reason: string }

export type ProjectFacts = {
  readonly project: Project
  /** The project's group and all above it. */
  readonly groupIds: readonly number[]
  /** The highest of the actor's roles in the project and the groups above; 0 for strangers, tokens and foreign jobs. */
  readonly level: AccessLevel
  /** A job asks, and the project is its own or has its project on the allow-list. */
  readonly jobAllowed: boolean
  /** The administrator's switch for the whole instance. */
  readonly registryOn: boolean
}

export function mayOnProject(actor: Actor, facts: ProjectFacts, action: ProjectAction): Decision {
  const rule: ProjectRule = projectRules[action]
  if (!seesProject(actor, facts)) return { allowed: false, hidden: true, reason: 'not found' }
  const reason =
    scopeRefusal(actor, rule) ??
    roleRefusal(actor, facts, rule, action) ??
    jobRefusal(actor, facts, rule, action) ??
    stateRefusal(facts, rule)
  return reason === null ? { allowed: true } : { allowed: false, hidden: false, reason }
}

export type GroupFacts = {
  readonly group: Group
  /** The highest of the actor's roles in the group and the groups above. */
  readonly level: AccessLevel
}

export function mayOnGroup(actor: Actor, facts: GroupFacts, action: GroupAction): Decision {
  const rule: GroupRule = groupRules[action]
  const isMember = isAdmin(actor) || facts.level > 0
  const sees = actor.kind !== 'deploy_token' && (isMember || isOpenTo(actor, facts.group.visibility))
  if (!sees) return { allowed: false, hidden: true, reason: 'not found' }
  if (actor.kind === 'job' && rule.changes) return refuse('a job token may not change groups')
  const scope = scopeRefusal(actor, rule)
  if (scope !== null) return refuse(scope)
  if (rule.readers || isAdmin(actor) || facts.level >= roles[rule.role]) return { allowed: true }
  return refuse(needsRole(rule.role, action, 'group'))
}

/** Is a token with these scopes enough for something that asks for `wanted` (or `api`; or `read_api`, if it only reads)? */
export function scopesAllow(actor: UserActor, wanted: readonly Scope[], changes: boolean): boolean {
  if (actor.scopes === 'all' || actor.scopes.includes('api')) return true
  if (!changes && actor.scopes.includes('read_api')) return true
  return actor.scopes.some(scope => wanted.includes(scope))
}

function seesProject(actor: Actor, facts: ProjectFacts): boolean {
  if (isAdmin(actor)) return true
  if (actor.kind === 'deploy_token' && coversProject(actor, facts)) return true
  if (actor.kind === 'job' && !facts.jobAllowed) return isOpenTo(actor, facts.project.visibility)
  return facts.level > 0 || isOpenTo(actor, facts.project.visibility)
}

function isOpenTo(actor: Actor, visibility: Project['visibility']): boolean {
  if (visibility === 'public') return true
  return visibility === 'internal' && (actor.kind === 'user' || actor.kind === 'job')
}

function scopeRefusal(actor: Actor, rule: ProjectRule | GroupRule): string | null {
  if (actor.kind !== 'user' || scopesAllow(actor, rule.scopes, rule.changes)) return null
  const enough = ['api', ...(rule.changes ? [] : ['read_api']), ...rule.scopes]
  return `insufficient_scope: the token needs one of the scopes ${enough.join(', ')}`
}

function roleRefusal(actor: Actor, facts: ProjectFacts, rule: ProjectRule, action: ProjectAction): string | null {
  if (isAdmin(actor)) return null
  const byVisibility = rule.readers && isOpenTo(actor, facts.project.visibility) && !isMembersOnly(facts.project, rule)
  if (byVisibility) return null
  if (actor.kind === 'deploy_token') return deployTokenRefusal(actor, facts, rule, action)
  const level = actor.kind === 'job' && !facts.jobAllowed ? 0 : facts.level
  return level >= roles[rule.role] ? null : needsRole(rule.role, action, 'project')
}

function deployTokenRefusal(
  actor: Extract<Actor, { kind: 'deploy_token' }>,
  facts: ProjectFacts,
  rule: ProjectRule,
  action: ProjectAction,
): string | null {
  if (coversProject(actor, facts) && actor.scopes.some(scope => rule.scopes.includes(scope))) return null
  const enough = rule.scopes.length > 0 ? `needs the scope ${rule.scopes.join(' or ')} for` : 'may never do'
  return `this deploy token ${enough} ${action}`
}

function coversProject(actor: Extract<Actor, { kind: 'deploy_token' }>, facts: ProjectFacts): boolean {
  if (actor.projectId !== null) return actor.projectId === facts.project.id
  return actor.groupId !== null && facts.groupIds.includes(actor.groupId)
}

function jobRefusal(actor: Actor, facts: ProjectFacts, rule: ProjectRule, action: ProjectAction): string | null {
  if (actor.kind !== 'job') return null
  const isOwn = actor.projectId === facts.project.id
  if (action === 'push_code' && isOwn && facts.project.jobTokenMayPush) return null
  if (rule.job === 'never') return `a job token may not do ${action}`
  if (rule.job === 'own' && !isOwn) return `a job token may do ${action} in its own project only`
  return null
}

function stateRefusal({ project, registryOn }: ProjectFacts, rule: ProjectRule): string | null {
  if (rule.feature === 'registry' && !registryOn) return 'the container registry is switched off by the administrator'
  if (rule.feature === 'registry' && !project.registryEnabled) {
    return `the container registry of ${project.fullPath} is switched off`
  }
  if (rule.feature === 'builds' && !project.buildsEnabled) return `CI/CD of ${project.fullPath} is switched off`
  if (project.archived && !rule.evenArchived) return `${project.fullPath} is archived and can only be read`
  return null
}

function isMembersOnly(project: Project, rule: ProjectRule): boolean {
  return rule.feature === 'registry' && project.registryMembersOnly
}

function isAdmin(actor: Actor): boolean {
  return actor.kind === 'user' && actor.isAdmin
}

function needsRole(role: string, action: string, where: 'project' | 'group'): string {
  return `${action} needs the role ${role} in this ${where}`
}

function refuse(reason: string): Decision {
  return { allowed: false, hidden: false, reason }
}
