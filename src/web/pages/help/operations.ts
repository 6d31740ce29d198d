// The operations of an OpenAPI document, as far as a reader needs them.

export type Parameter = {
  readonly name: string
  readonly place: string
  readonly type: string
  readonly isRequired: boolean
  readonly description: string
}

export type Operation = {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly group: string
  readonly summary: string
  readonly description: string
  readonly parameters: readonly Parameter[]
}

type Schema = {
  readonly type?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}
type RawParameter = {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
  readonly schema?: Schema
}
type RawOperation = {
  readonly operationId?: string
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly parameters?: readonly RawParameter[]
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }
}
type Document = { readonly paths?: Readonly<Record<string, Readonly<Record<string, RawOperation>>>> }

export function operationsIn(document: unknown): readonly Operation[] {
  return Object.entries((document as Document).paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, raw]) => operationOf(path, method, raw)),
  )
}

function operationOf(path: string, method: string, raw: RawOperation): Operation {
  return {
    id: raw.operationId ?? '',
    method: method.toUpperCase(),
    path,
    group: raw.tags?.[0] ?? groupOf(path),
    summary: raw.summary ?? wordsOf(raw.operationId ?? ''),
    description: raw.description ?? '',
    parameters: [...(raw.parameters ?? []).map(parameterOf), ...bodyParameters(raw)],
  }
}

/** The first named thing of the path that is no parameter: `/api/v4/projects/{id}/jobs` → `jobs`. */
function groupOf(path: string): string {
  const parts = path
    .replace(/^\/api\/v4\/(slipway\/)?/, '')
    .split('/')
    .filter(part => part !== '' && !part.startsWith('{') && !part.startsWith(':'))
  const [first = 'other', second] = parts
  return (first === 'projects' || first === 'groups') && second !== undefined ? second : first
}

/** `listProjectJobs` → `list project jobs` */
function wordsOf(id: string): string {
  return id
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase()
}

function parameterOf(raw: RawParameter): Parameter {
  return {
    name: raw.name,
    place: raw.in,
    type: typeWords(raw.schema),
    isRequired: raw.required ?? false,
    description: raw.description ?? raw.schema?.description ?? '',
  }
}

function bodyParameters(raw: RawOperation): readonly Parameter[] {
  const schema = raw.requestBody?.content?.['application/json']?.schema
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => ({
    name,
    place: 'body',
    type: typeWords(property),
    isRequired: schema?.required?.includes(name) ?? false,
    description: property.description ?? '',
  }))
}

function typeWords(schema: Schema | undefined): string {
  if (schema === undefined) return ''
  if (schema.enum !== undefined) return schema.enum.map(String).join(', ')
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeWords))].join(' or ')
  if (schema.type === 'array') return `list of ${typeWords(schema.items)}`
  return Array.isArray(schema.type) ? schema.type.join(' or ') : String(schema.type ?? '')
}
