// What a page is going to ask for, told with the page itself: the browser fetches it while it still reads the scripts,
// which ask for it only when they run. A wrong or missing hint costs time, and nothing else.

/** Paths below `/api/v4/`, written exactly as the page's script writes them: only an equal address is taken. */
type Needs = (found: { readonly project: string; readonly id: string }) => readonly string[]

const pages: readonly (readonly [RegExp, Needs])[] = [
  [/^\/$/, () => ['slipway/overview']],
  [
    /^\/(?<project>.+?)\/-\/pipelines\/(?<id>\d+)(\/\w+)?\/?$/,
    ({ project, id }) => [`projects/${project}`, `slipway/projects/${project}/pipelines/${id}`],
  ],
  [
    /^\/(?<project>.+?)\/-\/jobs\/(?<id>\d+)\/?$/,
    ({ project, id }) => [`projects/${project}/jobs/${id}`, `projects/${project}`],
  ],
  [/^\/(?<project>.+?)\/-\//, ({ project }) => [`projects/${project}`]],
]

/** @param path of the page, as the browser sent it; answers a value for the header `Link` */
export function linkHints(path: string): string {
  return ['slipway/session', ...needsOf(path)]
    .map(need => `</api/v4/${need}>; rel=preload; as=fetch; crossorigin`)
    .join(', ')
}

function needsOf(path: string): readonly string[] {
  for (const [pattern, needs] of pages) {
    const found = pattern.exec(path)
    if (found === null) continue
    const project = encoded(found.groups?.project ?? '')
    return project === null ? [] : needs({ project, id: found.groups?.id ?? '' })
  }
  return []
}

/** Null: it is no text that was encoded for an address. */
function encoded(part: string): string | null {
  try {
    return encodeURIComponent(decodeURIComponent(part))
  } catch {
    return null
  }
}
