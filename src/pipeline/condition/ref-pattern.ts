import type { PipelineContext } from '../context.ts'
import { compileRegex, isSlashForm } from './regex.ts'

// The entries of `only:refs` and `except:refs`: `branches`, `tags`, a source (`pushes`, `web`), a name, `/re2/flags`,
// each with `@group/project` if it shall count in one project only.

export function matchesRef(pattern: string, context: PipelineContext): boolean {
  const at = pattern.indexOf('@')
  if (at !== -1 && pattern.slice(at + 1) !== context.project.path) return false
  const text = at === -1 ? pattern : pattern.slice(0, at)
  return matchesKind(text, context) || matchesSource(text, context.source) || matchesName(text, context)
}

/** Whether RE2 takes the pattern, if it is one. */
export function isValidRefPattern(pattern: string): boolean {
  const at = pattern.indexOf('@')
  const text = at === -1 ? pattern : pattern.slice(0, at)
  if (!text.startsWith('/')) return true
  return isSlashForm(text) && compileRegex(text) !== null
}

export function isMergeRequest(context: PipelineContext): boolean {
  return context.source === 'merge_request_event'
}

function matchesKind(text: string, context: PipelineContext): boolean {
  if (text === 'tags') return context.isTag
  return text === 'branches' && !context.isTag && !isMergeRequest(context)
}

function matchesSource(text: string, source: string): boolean {
  const name = source.replace(/_event$/, '')
  return text === name || text === pluralOf(name)
}

function pluralOf(name: string): string {
  return /(sh|ch|x|s)$/.test(name) ? `${name}es` : `${name}s`
}

function matchesName(text: string, context: PipelineContext): boolean {
  if (isMergeRequest(context)) return false
  if (text.startsWith('/')) return compileRegex(text)?.matches(context.ref) ?? false
  return text === context.ref
}
