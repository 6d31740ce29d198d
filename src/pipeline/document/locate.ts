import { createHash } from 'node:crypto'
import { RE2JS } from 're2js'
import type { PipelineContext } from '../context.ts'
import { textAt, textsAt } from '../plan/read.ts'
import type { SourceFiles } from '../ports.ts'
import { isString, valueAt, type YamlNode } from '../yaml/node.ts'
import { type ComponentFacts, componentPaths, parseComponent, releaseFor } from './component.ts'

// One entry of `include` → the texts that it names, each with the place that its own local includes count from.

/** A project at a commit; null: the file stands alone, and has no local files. */
export type Origin = { readonly project: string; readonly sha: string } | null

export interface LocatedText {
  /** As diagnostics call the file. */
  readonly file: string
  readonly text: string
  readonly origin: Origin
  /** Of a component. */
  readonly facts?: ComponentFacts
}

/** The entry names nothing that could be included: the message says why. */
export class IncludeError extends Error {}

export interface Location {
  readonly entry: YamlNode
  readonly origin: Origin
  readonly context: PipelineContext
  readonly files: SourceFiles
  expand(text: string): string
  /** A hint for a name that is close to a known one. */
  suggest(written: string, names: Iterable<string>): string
}

export async function locate(location: Location): Promise<readonly LocatedText[]> {
  const { entry, expand } = location
  const at = (key: string) => {
    const text = textAt(entry, key)
    return text === null ? null : expand(text)
  }
  if (isString(entry)) {
    const text = expand(entry.text)
    return /^https?:\/\//.test(text) ? [await fromRemote(text, null, location)] : fromLocal(text, location)
  }
  const [local, remote, template, component, project, artifact] = [
    'local',
    'remote',
    'template',
    'component',
    'project',
    'artifact',
  ].map(at)
  if (local) return fromLocal(local, location)
  if (remote) return [await fromRemote(remote, textAt(entry, 'integrity'), location)]
  if (template) return [await fromTemplate(template, location)]
  if (component) return [await fromComponent(component, location)]
  if (project) return fromProject(project, (textsAt(entry, 'file') ?? []).map(expand), at('ref'), location)
  if (artifact) return [await fromArtifact(artifact, at('job') ?? '', location)]
  throw new IncludeError('the entry is empty')
}

/** The map of `inputs` of an entry. */
export function inputsOf(entry: YamlNode): ReadonlyMap<string, YamlNode> {
  const inputs = valueAt(entry, 'inputs')
  return inputs?.kind === 'mapping' ? new Map([...inputs.entries].map(([name, each]) => [name, each.value])) : new Map()
}

async function fromLocal(
  written: string,
  { origin, files, context, suggest }: Location,
): Promise<readonly LocatedText[]> {
  const path = written.replace(/^\/+/, '')
  requireYamlName(written)
  if (!origin) throw new IncludeError(`Local file \`${written}\` does not have project!`)
  const paths = path.includes('*') ? matchingPaths(path, (await files.listFiles(origin)) ?? []) : [path]
  if (paths.length === 0) throw new IncludeError(`Local file \`${written}\` does not exist!`)
  return Promise.all(
    paths.map(async each => {
      const text = await files.readFile({ ...origin, path: each })
      if (text === null) {
        const hint = suggest(each, (await files.listFiles(origin)) ?? [])
        throw new IncludeError(`Local file \`${written}\` does not exist!${hint}`)
      }
      return { file: fileLabel(origin, each, context), text: requireContent(text, written), origin }
    }),
  )
}

async function fromProject(
  project: string,
  paths: readonly string[],
  ref: string | null,
  { files }: Location,
): Promise<readonly LocatedText[]> {
  const sha = await files.resolveRef({ project, ref })
  if (sha === null)
    throw new IncludeError(
      `Project \`${project}\`${ref === null ? '' : ` reference \`${ref}\``} not found or access denied! Make sure any includes in the pipeline configuration are correctly defined.`,
    )
  return Promise.all(
    paths.map(async written => {
      requireYamlName(written)
      const path = written.replace(/^\/+/, '')
      const text = await files.readFile({ project, sha, path })
      if (text === null) throw new IncludeError(`Project \`${project}\` file \`${written}\` does not exist!`)
      return { file: `${project}//${path}`, text: requireContent(text, written), origin: { project, sha } }
    }),
  )
}

async function fromRemote(url: string, integrity: string | null, { files }: Location): Promise<LocatedText> {
  if (!/^https?:\/\//.test(url)) throw new IncludeError(`Remote file \`${url}\` does not have a valid address!`)
  requireYamlName(URL.parse(url)?.pathname ?? url)
  const answer = await files.fetchRemote(url)
  if ('failure' in answer) throw new IncludeError(`Remote file \`${url}\` could not be fetched: ${answer.failure}`)
  if (integrity !== null && integrity !== `sha256-${createHash('sha256').update(answer.text).digest('base64')}`)
    throw new IncludeError(`Remote file \`${url}\` does not match its integrity \`${integrity}\`!`)
  return { file: url, text: requireContent(answer.text, url), origin: null }
}

async function fromTemplate(name: string, { files }: Location): Promise<LocatedText> {
  if (!/\.gitlab-ci\.yml$/.test(name)) throw new IncludeError(`Template file \`${name}\` is not a valid location!`)
  const text = await files.readTemplate(name)
  if (text === null) throw new IncludeError(`Template file \`${name}\` does not exist!`)
  return { file: `template:${name}`, text: requireContent(text, name), origin: null }
}

async function fromComponent(address: string, { files, context }: Location): Promise<LocatedText> {
  const component = parseComponent(address)
  if (!component) throw new IncludeError(`Component \`${address}\` is not a valid address: host/project/name@version`)
  const own = new URL(context.server.url)
  if (component.host !== own.host && component.host !== own.hostname)
    throw new IncludeError(`Component \`${address}\` is not on this server (${own.host})`)
  const { project, name, version } = component
  const release = releaseFor(version, (await files.listTags(project)) ?? [])
  const sha =
    version === '~latest' && release === null ? null : await files.resolveRef({ project, ref: release ?? version })
  if (sha !== null) {
    for (const path of componentPaths(name)) {
      const text = await files.readFile({ project, sha, path })
      if (text !== null)
        return {
          file: `${project}//${path}@${release ?? version}`,
          text: requireContent(text, address),
          origin: { project, sha },
          facts: { name, sha, version: release ?? '', reference: version },
        }
    }
  }
  throw new IncludeError(`Component \`${address}\` - content not found`)
}

async function fromArtifact(path: string, job: string, { files, context }: Location): Promise<LocatedText> {
  if (context.source !== 'parent_pipeline')
    throw new IncludeError(`Artifact \`${path}\`: only a child pipeline can include artifacts of its parent`)
  const text = await files.readArtifact({ job, path })
  if (text === null) throw new IncludeError(`Artifact \`${path}\` of job \`${job}\` does not exist!`)
  return { file: `${job}:${path}`, text: requireContent(text, path), origin: null }
}

/** GitLab's wildcards: `*` is anything within a folder, `**` anything at all. */
function matchingPaths(pattern: string, paths: readonly string[]): readonly string[] {
  const source = pattern
    .split(/(\*\*|\*)/)
    .map(part => (part === '**' ? '.+?' : part === '*' ? '[^/]+?' : RE2JS.quote(part)))
    .join('')
  const regex = RE2JS.compile(`^${source}$`)
  return paths.filter(path => regex.matches(path)).sort()
}

function requireYamlName(name: string): void {
  if (!/\.ya?ml$/i.test(name)) throw new IncludeError(`Included file \`${name}\` does not have YAML extension!`)
}

function requireContent(text: string, name: string): string {
  if (text.trim() === '') throw new IncludeError(`Included file \`${name}\` is empty or does not exist!`)
  return text
}

function fileLabel(origin: NonNullable<Origin>, path: string, context: PipelineContext): string {
  return origin.project === context.project.path && origin.sha === context.sha ? path : `${origin.project}//${path}`
}
