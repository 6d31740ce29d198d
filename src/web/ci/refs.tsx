// Branches, tags and commits as links.
import type { JSX } from 'preact'
import { commitPath, commitsPath } from '../paths.ts'
import { Icon } from '../ui/icon.tsx'
import { shortSha } from '../words.ts'

type RefLinkProps = { readonly project: string; readonly name: string; readonly isTag: boolean }

export function RefLink({ project, name, isTag }: RefLinkProps): JSX.Element {
  return (
    <a class="tag tag-ref" href={commitsPath(project, name)} title={`${isTag ? 'Tag' : 'Branch'} ${name}`}>
      <Icon name={isTag ? 'tag' : 'branch'} size={12} />
      <span class="clip">{name}</span>
    </a>
  )
}

export function CommitLink({ project, sha }: { readonly project: string; readonly sha: string }): JSX.Element {
  return (
    <a class="mono nowrap" href={commitPath(project, sha)} title={sha}>
      {shortSha(sha)}
    </a>
  )
}
