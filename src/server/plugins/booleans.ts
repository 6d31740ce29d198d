// Flags as GitLab reads them in queries and forms: `True`, `1`, `yes`, `on` are true as well. Without this, python-gitlab's
// `recursive=False` would be no boolean.
import type { App } from '../app.ts'

const words: Readonly<Record<string, boolean>> = {
  true: true,
  t: true,
  yes: true,
  y: true,
  on: true,
  '1': true,
  false: false,
  f: false,
  no: false,
  n: false,
  off: false,
  '0': false,
}

export function addBooleans(app: App): void {
  app.addHook('preValidation', async request => {
    const schema = request.routeOptions.schema as
      | { readonly querystring?: unknown; readonly body?: unknown }
      | undefined
    readFlags(request.query, schema?.querystring)
    readFlags(request.body, schema?.body)
  })
}

type Properties = Readonly<Record<string, { readonly type?: unknown }>>

function readFlags(values: unknown, schema: unknown): void {
  const properties = (schema as { readonly properties?: Properties } | undefined)?.properties
  if (properties === undefined || typeof values !== 'object' || values === null) return
  const record = values as Record<string, unknown>
  for (const [name, property] of Object.entries(properties)) {
    const value = record[name]
    if (property.type === 'boolean' && typeof value === 'string') record[name] = words[value.toLowerCase()] ?? value
  }
}
