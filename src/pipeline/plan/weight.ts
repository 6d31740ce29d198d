/**
 * About the characters of a value as JSON. What several jobs share is weighed for each: it is written out for each.
 * @param without a key whose value is alike in all jobs
 */
export function weightOf(value: unknown, without: string | null = null): number {
  if (typeof value === 'string') return value.length + itemWeight
  if (typeof value !== 'object' || value === null) return itemWeight
  let weight = itemWeight
  if (Array.isArray(value)) for (const each of value) weight += weightOf(each)
  else for (const key in value) if (key !== without) weight += key.length + weightOf(value[key as keyof typeof value])
  return weight
}

const itemWeight = 20
