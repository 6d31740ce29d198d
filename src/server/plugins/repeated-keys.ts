// A name that is given twice means one thing to one reader and another to the next (parameter pollution): it is refused.

/** The first key that one object of a JSON text has twice, which JSON.parse would resolve in silence; the text must be valid. */
export function repeatedKey(json: string): string | null {
  /** Of the objects around; null: a list. */
  const keys: (Set<string> | null)[] = []
  let mayBeKey = false
  for (let at = 0; at < json.length; at += 1) {
    const sign = json[at]
    if (sign === '{' || sign === '[') {
      keys.push(sign === '{' ? new Set() : null)
      mayBeKey = sign === '{'
    } else if (sign === '}' || sign === ']') {
      keys.pop()
      mayBeKey = false
    } else if (sign === ',') {
      mayBeKey = keys.at(-1) != null
    } else if (sign === '"') {
      const end = endOfString(json, at)
      if (mayBeKey) {
        const key = JSON.parse(json.slice(at, end + 1)) as string
        if (keys.at(-1)?.has(key)) return key
        keys.at(-1)?.add(key)
      }
      mayBeKey = false
      at = end
    }
  }
  return null
}

/** Where its closing quote stands. */
function endOfString(json: string, start: number): number {
  for (let at = json.indexOf('"', start + 1); ; at = json.indexOf('"', at + 1)) {
    let slashes = 0
    while (json[at - 1 - slashes] === '\\') slashes += 1
    if (slashes % 2 === 0) return at
  }
}

/** The first name of a query that has several values where its route takes one. */
export function repeatedParameter(
  query: Readonly<Record<string, unknown>>,
  schemas: readonly unknown[],
): string | null {
  const isList = (name: string) => name.endsWith('[]') || schemas.some(schema => takesList(schema, name))
  return Object.keys(query).find(name => Array.isArray(query[name]) && !isList(name)) ?? null
}

type Property = { readonly type?: unknown; readonly anyOf?: readonly Property[] }

function takesList(schema: unknown, name: string): boolean {
  const { properties } = (schema ?? {}) as { readonly properties?: Readonly<Record<string, Property>> }
  const property = properties?.[name]
  return property !== undefined && [property, ...(property.anyOf ?? [])].some(({ type }) => type === 'array')
}
