/** About the characters of a value as JSON. What several jobs share is weighed for each: it is written out for each. */
export function weightOf(value: unknown): number {
  if (typeof value === 'string') return value.length + itemWeight
  if (typeof value !== 'object' || value === null) return itemWeight
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + weightOf(each), itemWeight)
  let weight = itemWeight
  for (const [key, each] of Object.entries(value)) weight += key.length + weightOf(each)
  return weight
}

const itemWeight = 20
