// `slipway registry`: look at images and delete them; policies and housekeeping stand in files of their own.
import type { Command } from 'commander'
import { AppError } from '../kit/errors.ts'
import { encodeKey, openClient } from './client.ts'
import { type Column, type OutputOptions, printDone, printJson, printList, printOne } from './output.ts'
import { addPolicy } from './registry-cleanup.ts'
import { addHousekeeping, addUpstreams } from './registry-housekeeping.ts'
import { findRepository, mebibytes, type RepositoryView } from './registry-image.ts'
import { type PreviewView, printPreview } from './registry-preview.ts'

type TagView = {
  readonly name: string
  readonly digest: string
  readonly total_size: number
  readonly published_at: string
  readonly pushed_by: { readonly username: string }
  readonly job_id: number | null
  readonly pipeline_id: number | null
  readonly commit_sha: string | null
  readonly last_pulled_at: string | null
  readonly platforms?: readonly {
    readonly os: string
    readonly architecture: string
    readonly variant: string | null
  }[]
}
type UsageView = {
  readonly used_bytes: number
  readonly reclaimable_bytes: number
  readonly repositories: number
  readonly tags: number
  readonly quota_bytes?: number | null
}

const repositoryFields: readonly Column<RepositoryView>[] = [
  { title: 'id', value: repository => repository.id },
  { title: 'image', value: repository => repository.location },
  { title: 'tags', value: repository => repository.tags_count },
  { title: 'size', value: repository => mebibytes(repository.size) },
  { title: 'last push', value: repository => repository.last_published_at },
]
const tagFields: readonly Column<TagView>[] = [
  { title: 'tag', value: tag => tag.name },
  { title: 'digest', value: tag => tag.digest },
  { title: 'size', value: tag => mebibytes(tag.total_size) },
  { title: 'pushed', value: tag => tag.published_at },
  { title: 'by', value: tag => tag.pushed_by.username },
  { title: 'job', value: tag => tag.job_id },
  { title: 'last pull', value: tag => tag.last_pulled_at },
]
const detailFields: readonly Column<TagView>[] = [
  ...tagFields,
  { title: 'pipeline', value: tag => tag.pipeline_id },
  { title: 'commit', value: tag => tag.commit_sha },
  {
    title: 'platforms',
    value: tag =>
      tag.platforms
        ?.map(({ os, architecture, variant }) => [os, architecture, variant].filter(Boolean).join('/'))
        .join(', '),
  },
]
const usageFields: readonly Column<UsageView>[] = [
  { title: 'used', value: usage => mebibytes(usage.used_bytes) },
  { title: 'comes back by itself', value: usage => mebibytes(usage.reclaimable_bytes) },
  { title: 'quota', value: usage => (usage.quota_bytes ? mebibytes(usage.quota_bytes) : 'none') },
  { title: 'repositories', value: usage => usage.repositories },
  { title: 'tags', value: usage => usage.tags },
]

export function register(program: Command): void {
  const command = program.command('registry').description('images: list, delete, clean up, verify')
  addRepositories(command)
  addTags(command)
  addPolicy(command)
  addHousekeeping(command)
  addUpstreams(command)

  json(command.command('usage'))
    .description('how much room images take: of a project, or of all (administrators)')
    .argument('[project]')
    .action(async (project: string | undefined, options: OutputOptions) => {
      const client = await openClient()
      const path = project === undefined ? '/slipway/registry/usage' : `/projects/${encodeKey(project)}/registry/usage`
      printOne(await client.get<UsageView>(path), usageFields, options)
    })
}

function addRepositories(command: Command): void {
  const repositories = command.command('repo').description('repositories of a project')

  json(repositories.command('list'))
    .argument('<project>')
    .action(async (project: string, options: OutputOptions) => {
      const client = await openClient()
      const found = await client.list<RepositoryView>(
        `/projects/${encodeKey(project)}/registry/repositories`,
        {},
        10_000,
      )
      printList(found, repositoryFields, options, 'There are no images. Push one to see it here.')
    })

  json(repositories.command('delete'))
    .description('delete an image with all its tags')
    .argument('<image>', 'group/project[/deeper]')
    .action(async (image: string, options: OutputOptions) => {
      const client = await openClient()
      const repository = await findRepository(client, image)
      await client.delete(pathOf(repository))
      printDone(repository, `Deleted ${repository.path} with ${repository.tags_count} tags.`, options)
    })
}

function addTags(command: Command): void {
  const tags = command.command('tag').description('tags of an image')

  json(tags.command('list'))
    .argument('<image>', 'group/project[/deeper]')
    .option('--search <text>')
    .action(async (image: string, options: OutputOptions & { readonly search?: string }) => {
      const client = await openClient()
      const path = `${pathOf(await findRepository(client, image))}/tags`
      printList(
        await client.list<TagView>(path, { search: options.search }, 100_000),
        tagFields,
        options,
        'There are no tags.',
      )
    })

  json(tags.command('view'))
    .argument('<image>', 'group/project[/deeper]')
    .argument('<tag>')
    .action(async (image: string, tag: string, options: OutputOptions) => {
      const client = await openClient()
      const path = `${pathOf(await findRepository(client, image))}/tags/${encodeKey(tag)}`
      printOne(await client.get<TagView>(path), detailFields, options)
    })

  json(tags.command('delete'))
    .description('delete tags by name, or all that match; other tags on the same digest stay')
    .argument('<image>', 'group/project[/deeper]')
    .argument('[tags...]')
    .option('--matching <regex>', 'all tags that it matches as a whole')
    .option('--keep <regex>', 'but not those')
    .option('--keep-n <number>', 'and not the newest of them')
    .option('--older-than <age>', 'only what was pushed longer ago: 7d, 1month')
    .option('--preview', 'tell what would go, and delete nothing')
    .action(deleteTags)
}

type DeleteOptions = OutputOptions & {
  readonly matching?: string
  readonly keep?: string
  readonly keepN?: string
  readonly olderThan?: string
  readonly preview?: boolean
}

async function deleteTags(image: string, names: readonly string[], options: DeleteOptions): Promise<void> {
  if ((options.matching === undefined) === (names.length === 0))
    throw new AppError('usage', 'registry tag delete: give either tags or --matching')
  const client = await openClient()
  const path = `${pathOf(await findRepository(client, image))}/tags`
  if (options.matching === undefined) {
    for (const name of names) await client.delete(`${path}/${encodeKey(name)}`)
    return printDone({ deleted_tags: names.length }, `Deleted ${names.length} tags.`, options)
  }
  const query = new URLSearchParams({ name_regex_delete: options.matching })
  if (options.keep !== undefined) query.set('name_regex_keep', options.keep)
  if (options.keepN !== undefined) query.set('keep_n', options.keepN)
  if (options.olderThan !== undefined) query.set('older_than', options.olderThan)
  if (options.preview === true) query.set('preview', 'true')
  const response = await client.raw('DELETE', `${path}?${query}`)
  if (!response.ok) throw new AppError('client.refused', await response.text())
  const told = (await response.json()) as PreviewView | { readonly deleted_tags: number }
  if ('repositories' in told) return options.json === true ? printJson(told) : printPreview(told)
  printDone(told, `Deleted ${told.deleted_tags} tags.`, options)
}

function pathOf(repository: RepositoryView): string {
  return `/projects/${repository.project_id}/registry/repositories/${repository.id}`
}

function json(command: Command): Command {
  return command.option('--json', 'print JSON')
}
