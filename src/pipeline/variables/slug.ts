import { createHash } from 'node:crypto'

/** Slug of a ref, a project's path or a job's name: cut to 63 characters, and only then stripped of dashes. */
export function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '')
}

/** Slug of an environment: at most 24 characters, with a mark of the name when something was lost. */
export function environmentSlugOf(name: string): string {
  const words = name.toLowerCase().replace(/[^a-z0-9]/g, '-')
  const slug = (/^[a-z]/.test(words) ? words : `env-${words}`).replace(/-+/g, '-')
  if (slug.length <= 24 && slug === name) return slug.replace(/-$/, '')
  const head = slug.slice(0, 17)
  return `${head}${head.endsWith('-') ? '' : '-'}${markOf(name)}`
}

function markOf(name: string): string {
  return BigInt(`0x${createHash('sha256').update(name).digest('hex')}`)
    .toString(36)
    .slice(-6)
}
