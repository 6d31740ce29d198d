// Finds the repository that people mean by `group/project[/deeper]`.
import { AppError } from '../kit/errors.ts'
import { type Client, encodeKey } from './client.ts'

export type RepositoryView = {
  readonly id: number
  readonly path: string
  readonly location: string
  readonly project_id: number
  readonly tags_count: number
  readonly size: number
  readonly last_published_at: string | null
}

/** @param image as docker has it, with or without the registry's host */
export async function findRepository(client: Client, image: string): Promise<RepositoryView> {
  for (const project of projectsIn(image)) {
    const path = `/projects/${encodeKey(project)}/registry/repositories`
    const probe = await client.raw('GET', `${path}?per_page=1`)
    await probe.body?.cancel()
    if (!probe.ok) continue
    const repositories = await client.list<RepositoryView>(path, {}, 10_000)
    const found = repositories.find(({ path, location }) => [path, location].includes(image.toLowerCase()))
    if (found !== undefined) return found
  }
  throw new AppError(
    'client.refused',
    `there is no image '${image}': \`slipway registry repo list <project>\` shows what there is`,
  )
}

/** `host/g/p/x` may be the project `host/g`, `host/g/p`, `g/p`, … A project has at least two segments. */
function projectsIn(image: string): readonly string[] {
  const segments = image.split('/')
  const ends = segments.map((_, index) => index + 1)
  return [0, 1].flatMap(start => ends.filter(end => end >= start + 2).map(end => segments.slice(start, end).join('/')))
}

export function mebibytes(bytes: number): string {
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}
