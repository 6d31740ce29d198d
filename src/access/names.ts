// Which names are allowed for users, groups and projects. A path segment becomes part of URLs, git remotes and image
// names, and never of a path on disk. Pure.

const segment = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,253}[A-Za-z0-9_-])?$/

/** First segments that the server itself answers. */
const reservedAtTop = new Set([
  '-',
  'admin',
  'api',
  'assets',
  'dashboard',
  'explore',
  'favicon.ico',
  'favicon.svg',
  'files',
  'groups',
  'health_check',
  'help',
  'import',
  'invites',
  'jwt',
  'login',
  'logout',
  'metrics',
  'new',
  'oauth',
  'profile',
  'projects',
  'public',
  'registry',
  'robots.txt',
  'search',
  'session',
  'settings',
  'sign-in',
  'sign-up',
  'sign_in',
  'sign_out',
  'signin',
  'slipway',
  'snippets',
  'system',
  'theme.js',
  'unsubscribes',
  'uploads',
  'user',
  'users',
  'v1',
  'v2',
  'v4',
])

/** What is wrong with a segment of a path (a user name, the path of a group or project); null: nothing. */
export function pathProblem(path: string, isTopLevel: boolean): string | null {
  if (path.length === 0) return "can't be blank"
  if (path.length > 255) return 'is too long (maximum is 255 characters)'
  const hint =
    "can contain only letters, digits, '_', '-' and '.'. It must start with a letter, digit or '_' and must not end in '.'"
  if (!segment.test(path) || path.includes('..')) return hint
  if (/\.(git|atom|lock)$/i.test(path)) return "must not end in '.git', '.atom' or '.lock'"
  if (isTopLevel && reservedAtTop.has(path.toLowerCase())) return `'${path}' is a reserved name`
  return null
}

/** What is wrong with a display name; null: nothing. */
export function nameProblem(name: string): string | null {
  if (name.trim() === '') return "can't be blank"
  if (name.length > 255) return 'is too long (maximum is 255 characters)'
  // Control and bidirectional characters let a name pretend to be another.
  return /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(name) ? 'must not hold control characters' : null
}

/** A path made from a display name: `My App!` → `my-app`. Empty when nothing is left. */
export function pathFrom(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .replace(/\.{2,}/g, '.')
    .toLowerCase()
}
