/**
 * The new value with everything of the old one that is equal put in its place, so that what has not changed is known by
 * being the same object and need not be drawn again. For plain data as JSON has it.
 */
export function keepSame<T>(before: unknown, after: T): T {
  if (Object.is(before, after)) return after
  if (Array.isArray(before) && Array.isArray(after)) return keepSameList(before, after) as T
  if (isRecord(before) && isRecord(after)) return keepSameRecord(before, after) as T
  return after
}

function keepSameList(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  const kept = after.map((value, index) => keepSame(before[index], value))
  return before.length === after.length && kept.every((value, index) => Object.is(value, before[index])) ? before : kept
}

type PlainRecord = Readonly<Record<string, unknown>>

function keepSameRecord(before: PlainRecord, after: PlainRecord): PlainRecord {
  const names = Object.keys(after)
  const kept: Record<string, unknown> = {}
  let isSame = names.length === Object.keys(before).length
  for (const name of names) {
    const value = keepSame(before[name], after[name])
    kept[name] = value
    isSame &&= Object.hasOwn(before, name) && Object.is(value, before[name])
  }
  return isSame ? before : kept
}

function isRecord(value: unknown): value is PlainRecord {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
