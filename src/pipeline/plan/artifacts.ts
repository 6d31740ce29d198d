import { parseDuration } from '../duration.ts'
import type { ArtifactsPlan, PagesPlan, ReportPlan } from '../model.ts'
import { valueAt, type YamlNode } from '../yaml/node.ts'
import { booleanAt, choiceOf, textAt, textOf, textsAt, textsOf } from './read.ts'

export const uploadConditions = ['on_success', 'on_failure', 'always'] as const
export const artifactAccessLevels = ['all', 'developer', 'maintainer', 'none'] as const

/** Artifacts of a job; the folder that a pages job publishes is one of them. */
export function artifactsPlanOf(node: YamlNode | undefined, pages: PagesPlan | null): ArtifactsPlan | null {
  if (!node && !pages) return null
  const paths = textsAt(node, 'paths') ?? []
  return {
    name: textAt(node, 'name') ?? 'artifacts',
    paths: pages && !paths.includes(pages.publish) ? [...paths, pages.publish] : paths,
    exclude: textsAt(node, 'exclude') ?? [],
    untracked: booleanAt(node, 'untracked') ?? false,
    when: choiceOf(textAt(node, 'when'), uploadConditions) ?? 'on_success',
    expireInSeconds: expiryOf(textAt(node, 'expire_in')),
    exposeAs: textAt(node, 'expose_as'),
    access: accessOf(node),
    reports: reportsOf(valueAt(node, 'reports')),
  }
}

export function pagesPlanOf(name: string, job: YamlNode): PagesPlan | null {
  const pages = valueAt(job, 'pages')
  const isOff = pages?.kind === 'scalar' && pages.value === false
  if (isOff || (!pages && name !== 'pages')) return null
  return {
    publish: textAt(pages, 'publish') ?? textAt(job, 'publish') ?? 'public',
    pathPrefix: textAt(pages, 'path_prefix'),
    expireIn: textAt(pages, 'expire_in'),
  }
}

function expiryOf(text: string | null): ArtifactsPlan['expireInSeconds'] {
  if (text === null) return null
  return text.trim().toLowerCase() === 'never' ? 'never' : parseDuration(text)
}

function accessOf(node: YamlNode | undefined): ArtifactsPlan['access'] {
  const isPublic = booleanAt(node, 'public')
  if (isPublic !== null) return isPublic ? 'all' : 'developer'
  return choiceOf(textAt(node, 'access'), artifactAccessLevels) ?? 'all'
}

function reportsOf(node: YamlNode | undefined): readonly ReportPlan[] {
  if (node?.kind !== 'mapping') return []
  return [...node.entries].flatMap(([type, { value }]) => {
    if (value.kind !== 'mapping') return { type, paths: textsOf(value), format: null }
    return { type, paths: textsAt(value, 'path') ?? [], format: textOf(valueAt(value, 'coverage_format')) }
  })
}
