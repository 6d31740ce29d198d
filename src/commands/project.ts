// `slipway project`
import type { Command } from 'commander'
import { AppError } from '../kit/errors.ts'
import { encodeKey, openClient } from './client.ts'
import { ensureGroup } from './group.ts'
import { addMemberCommands } from './member-commands.ts'
import { type Column, type OutputOptions, printDone, printJson, printLine, printList, printOne } from './output.ts'

type ProjectView = {
  readonly id: number
  readonly path_with_namespace: string
  readonly visibility: string
  readonly default_branch: string
  readonly archived: boolean
  readonly builds_enabled: boolean
  readonly container_registry_enabled: boolean
  readonly container_registry_image_prefix: string
  readonly http_url_to_repo: string
  readonly web_url: string
  readonly last_activity_at: string
}

const listFields: readonly Column<ProjectView>[] = [
  { title: 'id', value: project => project.id },
  { title: 'path', value: project => project.path_with_namespace },
  { title: 'visibility', value: project => project.visibility },
  { title: 'default branch', value: project => project.default_branch },
  { title: 'archived', value: project => project.archived },
  { title: 'last activity', value: project => project.last_activity_at },
]

const viewFields: readonly Column<ProjectView>[] = [
  ...listFields,
  { title: 'CI/CD', value: project => project.builds_enabled },
  { title: 'registry', value: project => project.container_registry_enabled },
  { title: 'images', value: project => project.container_registry_image_prefix },
  { title: 'git', value: project => project.http_url_to_repo },
  { title: 'url', value: project => project.web_url },
]

type Settings = {
  readonly description?: string
  readonly visibility?: string
  readonly defaultBranch?: string
  readonly builds?: string
  readonly registry?: string
}

export function register(program: Command): void {
  const command = program.command('project').description('projects: a repository with its pipelines and images')

  command
    .command('list')
    .description('list the projects that you may see')
    .option('--search <text>', 'part of the name or path')
    .option('--group <group>', 'those of a group and of the groups in it')
    .option('--mine', 'only those that you are a member of')
    .option('--json', 'as JSON')
    .action(listProjects)

  command
    .command('view')
    .description('show a project')
    .argument('<project>', 'its full path or id')
    .option('--json', 'as JSON')
    .action(async (key: string, options: OutputOptions) => {
      const client = await openClient()
      printOne(await client.get<ProjectView>(`/projects/${encodeKey(key)}`), viewFields, options)
    })

  withSettings(command.command('create'))
    .description('create a project, and the groups above it where they are missing')
    .argument('<path>', 'the full path: group/project')
    .option('--json', 'as JSON')
    .action(createProject)

  withSettings(command.command('change'))
    .description('change the settings of a project')
    .argument('<project>', 'its full path or id')
    .option('--json', 'as JSON')
    .action(async (key: string, options: Settings & OutputOptions) => {
      const client = await openClient()
      const project = await client.put<ProjectView>(`/projects/${encodeKey(key)}`, settingsOf(options))
      printDone(project, `Changed: ${project.path_with_namespace}.`, options)
    })

  for (const verb of ['archive', 'unarchive'] as const) {
    command
      .command(verb)
      .description(verb === 'archive' ? 'make a project read-only' : 'let an archived project be changed again')
      .argument('<project>', 'its full path or id')
      .option('--json', 'as JSON')
      .action(async (key: string, options: OutputOptions) => {
        const client = await openClient()
        const project = await client.post<ProjectView>(`/projects/${encodeKey(key)}/${verb}`)
        printDone(project, `${project.path_with_namespace} is ${verb}d.`, options)
      })
  }

  command
    .command('delete')
    .description('delete a project with its repository, pipelines and images; --yes, because nothing brings them back')
    .argument('<project>', 'its full path or id')
    .option('--yes', 'really')
    .option('--json', 'as JSON')
    .action(async (key: string, options: OutputOptions & { readonly yes?: boolean }) => {
      if (options.yes !== true) throw new AppError('usage', `project delete: ${key} would be gone for good; add --yes`)
      const client = await openClient()
      await client.delete(`/projects/${encodeKey(key)}`)
      printDone({ project: key }, `Deleted: the project ${key}.`, options)
    })

  addMemberCommands(command, 'projects')
}

function withSettings(command: Command): Command {
  return command
    .option('--description <text>')
    .option('--visibility <visibility>', 'private, internal or public')
    .option('--default-branch <name>')
    .option('--builds <on|off>', 'CI/CD')
    .option('--registry <on|members|off>', 'the container registry')
}

function settingsOf(options: Settings): Readonly<Record<string, unknown>> {
  const { description, visibility, defaultBranch, builds, registry } = options
  return {
    ...(description === undefined ? {} : { description }),
    ...(visibility === undefined ? {} : { visibility }),
    ...(defaultBranch === undefined ? {} : { default_branch: defaultBranch }),
    ...(builds === undefined ? {} : { builds_access_level: switchOf('--builds', builds) }),
    ...(registry === undefined ? {} : { container_registry_access_level: switchOf('--registry', registry) }),
  }
}

function switchOf(option: string, word: string): string {
  const levels: Readonly<Record<string, string>> = { on: 'enabled', off: 'disabled', members: 'private' }
  const level = levels[word]
  if (level === undefined || (option === '--builds' && word === 'members')) {
    throw new AppError('usage', `${option}: expected on or off, found '${word}'`)
  }
  return level
}

async function listProjects(
  options: OutputOptions & { readonly search?: string; readonly group?: string; readonly mine?: boolean },
): Promise<void> {
  const client = await openClient()
  const query = {
    search: options.search,
    membership: options.mine === true ? true : undefined,
    order_by: 'path',
    sort: 'asc',
  }
  const path = options.group === undefined ? '/projects' : `/groups/${encodeKey(options.group)}/projects`
  const projects = await client.list<ProjectView>(path, {
    ...query,
    include_subgroups: options.group === undefined ? undefined : true,
  })
  printList(projects, listFields, options, 'There are no projects. Create one: slipway project create GROUP/PROJECT')
}

async function createProject(path: string, options: Settings & OutputOptions): Promise<void> {
  const client = await openClient()
  const at = path.lastIndexOf('/')
  const group = at < 0 ? null : await ensureGroup(client, path.slice(0, at))
  const last = path.slice(at + 1)
  const project = await client.post<ProjectView>('/projects', {
    name: last,
    path: last,
    ...(group === null ? {} : { namespace_id: group.id }),
    ...settingsOf(options),
  })
  if (options.json === true) {
    printJson(project)
    return
  }
  printLine(`Created: ${project.path_with_namespace}, ${project.web_url}`)
  printLine(`Push to it: git push ${project.http_url_to_repo} HEAD:${project.default_branch}`)
}
