import type { JSX } from 'preact'
import { useLocation } from 'preact-iso/router'
import { listBranches, listTags } from '../../api/repository.ts'
import { useResource } from '../../api/resource.ts'
import './ref-picker.css'

type RefPickerProps = { readonly project: string; readonly current: string; readonly hrefFor: (ref: string) => string }

/** Another branch or tag of the same page. */
export function RefPicker({ project, current, hrefFor }: RefPickerProps): JSX.Element {
  const { route } = useLocation()
  const branches = useResource(`picker-branches:${project}`, signal => listBranches(project, { per_page: 100 }, signal))
  const tags = useResource(`picker-tags:${project}`, signal => listTags(project, { per_page: 100 }, signal))
  const branchNames = branches.data?.items.map(branch => branch.name) ?? []
  const tagNames = tags.data?.items.map(tag => tag.name) ?? []
  const isOther = !branchNames.includes(current) && !tagNames.includes(current)
  return (
    <select
      class="select ref-picker"
      aria-label="Branch or tag"
      value={current}
      onChange={event => route(hrefFor(event.currentTarget.value))}
    >
      {isOther && <option value={current}>{current}</option>}
      {branchNames.length > 0 && (
        <optgroup label="Branches">
          {branchNames.map(name => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </optgroup>
      )}
      {tagNames.length > 0 && (
        <optgroup label="Tags">
          {tagNames.map(name => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </optgroup>
      )}
    </select>
  )
}
