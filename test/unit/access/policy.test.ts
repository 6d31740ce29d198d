import { describe, expect, it } from 'vitest'
import { groupActions, type ProjectAction, projectActions, projectRules } from '../../../src/access/actions.ts'
import { type AccessLevel, type Actor, anonymous, type Project, roles, type Scope } from '../../../src/access/model.ts'
import { mayOnGroup, mayOnProject, type ProjectFacts, scopesAllow } from '../../../src/access/policy.ts'

const project: Project = {
  id: 1,
  groupId: 10,
  name: 'project',
  path: 'project',
  fullPath: 'group/project',
  description: '',
  visibility: 'private',
  defaultBranch: 'main',
  archived: false,
  buildsEnabled: true,
  registryEnabled: true,
  registryMembersOnly: false,
  jobTokenMayPush: false,
  createdAt: '2026-01-01T00:00:00.000Z',
}

function facts(level: AccessLevel, changes: Partial<Project> = {}, others: Partial<ProjectFacts> = {}): ProjectFacts {
  return {
    project: { ...project, ...changes },
    groupIds: [10, 5],
    level,
    jobAllowed: false,
    registryOn: true,
    ...others,
  }
}

function user(scopes: readonly Scope[] | 'all' = 'all', isAdmin = false): Actor {
  return { kind: 'user', userId: 7, username: 'seven', isAdmin, via: scopes === 'all' ? 'session' : 'token', scopes }
}

function job(projectId: number): Actor {
  return { kind: 'job', jobId: 3, projectId, userId: 7, username: 'seven', isAdmin: false }
}

function deployToken(scopes: readonly Scope[], place: { projectId: number } | { groupId: number }): Actor {
  return { kind: 'deploy_token', tokenId: 2, username: 'deployer', projectId: null, groupId: null, scopes, ...place }
}

/** The actions that are allowed. */
function allowed(actor: Actor, given: ProjectFacts): readonly ProjectAction[] {
  return projectActions.filter(action => mayOnProject(actor, given, action).allowed)
}

describe('what a role may do in a private project', () => {
  it.each([0, 10, 20, 30, 40, 50] as const)(
    'level %i gets exactly the actions of its role and of those below',
    level => {
      const expected = projectActions.filter(action => level >= roles[projectRules[action].role])
      expect(allowed(user(), facts(level))).toEqual(expected)
    },
  )

  it('a stranger does not even learn that it exists, whatever the action', () => {
    for (const action of projectActions) {
      expect(mayOnProject(user(), facts(0), action)).toMatchObject({ allowed: false, hidden: true })
      expect(mayOnProject(anonymous, facts(0), action)).toMatchObject({ allowed: false, hidden: true })
    }
  })

  it('a guest is told which role the code needs', () => {
    const decision = mayOnProject(user(), facts(10), 'read_code')
    expect(decision).toEqual({
      allowed: false,
      hidden: false,
      reason: 'read_code needs the role reporter in this project',
    })
  })

  it('an administrator may do all without being a member', () => {
    expect(allowed(user('all', true), facts(0))).toEqual(projectActions)
  })
})

describe('visibility', () => {
  const open = projectActions.filter(action => projectRules[action].readers)

  it('public opens what readers may do to everybody, and nothing that changes', () => {
    expect(allowed(anonymous, facts(0, { visibility: 'public' }))).toEqual(open)
    expect(open.filter(action => projectRules[action].changes)).toEqual([])
  })

  it('internal opens it to whoever has signed in', () => {
    expect(allowed(user(), facts(0, { visibility: 'internal' }))).toEqual(open)
    expect(allowed(anonymous, facts(0, { visibility: 'internal' }))).toEqual([])
  })

  it('a registry for members only stays closed in a public project', () => {
    const given = facts(0, { visibility: 'public', registryMembersOnly: true })
    expect(mayOnProject(anonymous, given, 'read_registry').allowed).toBe(false)
    expect(mayOnProject(anonymous, given, 'read_code').allowed).toBe(true)
    expect(
      mayOnProject(user(), facts(20, { visibility: 'public', registryMembersOnly: true }), 'read_registry').allowed,
    ).toBe(true)
  })
})

describe('token scopes', () => {
  it('read_api gives what only reads, and nothing that changes, archives or deletes', () => {
    const given = allowed(user(['read_api']), facts(50))
    expect(given.filter(action => projectRules[action].changes)).toEqual([])
    expect(given).toContain('read_code')
    expect(given).not.toContain('delete_project')
    expect(given).not.toContain('archive_project')
  })

  it.each([
    [['read_repository'], ['read_project', 'read_code']],
    [['write_repository'], ['read_project', 'read_code', 'push_code']],
    [['read_registry'], ['read_project', 'read_registry']],
    [['write_registry'], ['read_project', 'push_registry']],
    [['create_runner'], ['change_runners']],
    [['read_user'], []],
    [[], []],
  ] as const)('%j gives an owner %j', (scopes, expected) => {
    expect(allowed(user(scopes), facts(50))).toEqual(expected)
  })

  it('cut administrators as well', () => {
    expect(allowed(user(['read_registry'], true), facts(0))).toEqual(['read_project', 'read_registry'])
  })

  it('a member whose token is too narrow hears of the scope, not of a missing project', () => {
    const decision = mayOnProject(user(['read_registry']), facts(30), 'push_code')
    expect(decision).toMatchObject({ allowed: false, hidden: false })
    expect(decision).toHaveProperty('reason', expect.stringContaining('insufficient_scope'))
  })

  it('answers for routes without a project', () => {
    const reading = user(['read_user']) as Extract<Actor, { kind: 'user' }>
    expect(scopesAllow(reading, ['read_user'], false)).toBe(true)
    expect(scopesAllow(reading, [], false)).toBe(false)
    expect(scopesAllow({ ...reading, scopes: ['read_api'] }, [], true)).toBe(false)
  })
})

describe('a job token', () => {
  const own = (level: AccessLevel) => facts(level, {}, { jobAllowed: true })

  it('has in its own project the rights of who started it, without what jobs never do', () => {
    expect(mayOnProject(job(1), own(30), 'push_registry').allowed).toBe(true)
    expect(mayOnProject(job(1), own(20), 'push_registry').allowed).toBe(false)
    for (const action of [
      'push_code',
      'manage_variables',
      'manage_tokens',
      'change_members',
      'delete_project',
    ] as const) {
      expect(mayOnProject(job(1), own(50), action).allowed).toBe(false)
    }
  })

  it('pushes code only where the project says that it may', () => {
    expect(mayOnProject(job(1), facts(30, { jobTokenMayPush: true }, { jobAllowed: true }), 'push_code').allowed).toBe(
      true,
    )
    expect(mayOnProject(job(2), facts(30, { jobTokenMayPush: true }, { jobAllowed: true }), 'push_code').allowed).toBe(
      false,
    )
  })

  it('of another project reads where it is on the allow-list, pushes no image there, and may start a pipeline', () => {
    const given = facts(40, {}, { jobAllowed: true })
    expect(mayOnProject(job(2), given, 'read_code').allowed).toBe(true)
    expect(mayOnProject(job(2), given, 'read_registry').allowed).toBe(true)
    expect(mayOnProject(job(2), given, 'push_registry').allowed).toBe(false)
    expect(mayOnProject(job(2), given, 'create_pipeline').allowed).toBe(true)
  })

  it('of another project that is not on the list sees nothing, even of an owner', () => {
    expect(mayOnProject(job(2), facts(50), 'read_project')).toMatchObject({ allowed: false, hidden: true })
  })

  it('of another project sees of a public one what everybody sees', () => {
    const given = facts(50, { visibility: 'public' })
    expect(mayOnProject(job(2), given, 'read_code').allowed).toBe(true)
    expect(mayOnProject(job(2), given, 'create_pipeline').allowed).toBe(false)
  })
})

describe('a deploy token', () => {
  it.each([
    [['read_repository'], ['read_project', 'read_code']],
    [['write_repository'], ['read_project', 'read_code', 'push_code']],
    [['read_registry'], ['read_project', 'read_registry']],
    [
      ['read_registry', 'write_registry'],
      ['read_project', 'read_registry', 'push_registry'],
    ],
  ] as const)('with %j may do %j', (scopes, expected) => {
    expect(allowed(deployToken(scopes, { projectId: 1 }), facts(0))).toEqual(expected)
  })

  it('of a group covers all projects below it, and no others', () => {
    expect(mayOnProject(deployToken(['read_registry'], { groupId: 5 }), facts(0), 'read_registry').allowed).toBe(true)
    expect(mayOnProject(deployToken(['read_registry'], { groupId: 6 }), facts(0), 'read_registry')).toMatchObject({
      hidden: true,
    })
  })

  it('of another project sees nothing', () => {
    expect(mayOnProject(deployToken(['read_registry'], { projectId: 2 }), facts(0), 'read_project')).toMatchObject({
      hidden: true,
    })
  })
})

describe('the state of a project', () => {
  it('archived refuses what changes, and lets it be read, brought back and deleted', () => {
    const given = allowed(user(), facts(50, { archived: true }))
    const kept = given.filter(action => projectRules[action].changes)
    expect(kept).toEqual(['archive_project', 'delete_project'])
  })

  it('without CI/CD starts no pipeline and shows those that were', () => {
    const given = facts(50, { buildsEnabled: false })
    expect(mayOnProject(user(), given, 'create_pipeline').allowed).toBe(false)
    expect(mayOnProject(user(), given, 'read_pipeline').allowed).toBe(true)
  })

  it('without registry refuses with a sentence, for the project and for the instance', () => {
    const off = mayOnProject(user(), facts(50, { registryEnabled: false }), 'push_registry')
    expect(off).toMatchObject({
      allowed: false,
      hidden: false,
      reason: 'the container registry of group/project is switched off',
    })
    const everywhere = mayOnProject(user('all', true), facts(0, {}, { registryOn: false }), 'read_registry')
    expect(everywhere).toMatchObject({ reason: 'the container registry is switched off by the administrator' })
  })
})

describe('groups', () => {
  const group = {
    id: 5,
    parentId: null,
    name: 'group',
    path: 'group',
    fullPath: 'group',
    description: '',
    visibility: 'private',
    kind: 'group',
    createdAt: '',
  } as const

  it('are closed to strangers and deploy tokens, and jobs never change them', () => {
    expect(mayOnGroup(anonymous, { group, level: 0 }, 'read_group')).toMatchObject({ hidden: true })
    expect(mayOnGroup(deployToken(['read_registry'], { groupId: 5 }), { group, level: 0 }, 'read_group')).toMatchObject(
      { hidden: true },
    )
    expect(mayOnGroup(job(1), { group, level: 50 }, 'create_project').allowed).toBe(false)
  })

  it('give developers projects, maintainers groups, owners the rest', () => {
    const given = (level: AccessLevel) =>
      groupActions.filter(action => mayOnGroup(user(), { group, level }, action).allowed)
    expect(given(20)).toEqual(['read_group', 'read_group_members'])
    expect(given(30)).toEqual(['read_group', 'create_project', 'read_group_members'])
    expect(given(40)).toEqual([
      'read_group',
      'create_project',
      'create_subgroup',
      'read_group_members',
      'read_group_runners',
    ])
    expect(given(50)).toEqual(groupActions)
  })
})
