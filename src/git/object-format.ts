// Commits, tags and trees as git stores them. Pure.

export type Person = {
  readonly name: string
  readonly email: string /** ISO 8601 with the person's own offset. */
  readonly date: string
}

export type Commit = {
  readonly sha: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly author: Person
  readonly committer: Person
  readonly message: string
}

export type AnnotatedTag = {
  readonly object: string
  readonly type: string
  readonly tagger: Person | null
  /** Without a signature. */
  readonly message: string
}

export type TreeEntry = { readonly mode: string; readonly name: string; readonly sha: string }

export function parseCommit(sha: string, bytes: Buffer): Commit {
  const { headers, message } = splitObject(bytes)
  const of = (name: string) => headers.filter(header => header[0] === name).map(header => header[1])
  return {
    sha,
    tree: of('tree')[0] ?? '',
    parents: of('parent'),
    author: parsePerson(of('author')[0]),
    committer: parsePerson(of('committer')[0]),
    message,
  }
}

export function parseTag(bytes: Buffer): AnnotatedTag {
  const { headers, message } = splitObject(bytes)
  const of = (name: string) => headers.find(header => header[0] === name)?.[1]
  const tagger = of('tagger')
  return {
    object: of('object') ?? '',
    type: of('type') ?? '',
    tagger: tagger === undefined ? null : parsePerson(tagger),
    message: message.replace(/-----BEGIN (PGP|SSH) SIGNATURE-----[\s\S]*$/, '').trimEnd(),
  }
}

/** `<mode> SP <name> NUL <20 bytes>`, again and again. */
export function parseTree(bytes: Buffer): readonly TreeEntry[] {
  const entries: TreeEntry[] = []
  for (let from = 0; from < bytes.length; ) {
    const space = bytes.indexOf(0x20, from)
    const zero = bytes.indexOf(0, space)
    if (space < 0 || zero < 0) break
    entries.push({
      mode: bytes.toString('latin1', from, space).padStart(6, '0'),
      name: bytes.toString('utf8', space + 1, zero),
      sha: bytes.toString('hex', zero + 1, zero + 21),
    })
    from = zero + 21
  }
  return entries
}

/** Whatever goes to git as a commit passes here, so that it can never be an option or an expression. */
export function demandSha(sha: string): string {
  if (!/^[0-9a-f]{40}$/.test(sha)) throw new Error('expected the 40 hex digits of a commit')
  return sha
}

function splitObject(bytes: Buffer): {
  readonly headers: readonly (readonly [string, string])[]
  readonly message: string
} {
  const end = bytes.indexOf('\n\n')
  const head = bytes.toString('utf8', 0, end < 0 ? bytes.length : end)
  const headers = head
    .split('\n')
    .filter(line => !line.startsWith(' '))
    .map(line => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const)
  return { headers, message: end < 0 ? '' : bytes.toString('utf8', end + 2) }
}

function parsePerson(text: string | undefined): Person {
  const match = /^(.*?) ?<([^>]*)> (-?\d+) ([+-]\d{4})$/.exec(text ?? '')
  if (match === null) return { name: '', email: '', date: '1970-01-01T00:00:00.000+00:00' }
  const [, name = '', email = '', seconds = '0', offset = '+0000'] = match
  return { name, email, date: withOffset(Number(seconds), offset) }
}

function withOffset(seconds: number, offset: string): string {
  const sign = offset.startsWith('-') ? -1 : 1
  const minutes = sign * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3, 5)))
  // Dates beyond what JavaScript can tell are hostile or broken: the epoch says so without failing.
  const local = new Date((seconds + minutes * 60) * 1000)
  const text = Number.isNaN(local.getTime()) ? '1970-01-01T00:00:00.000' : local.toISOString().slice(0, 23)
  return `${text}${offset.slice(0, 3)}:${offset.slice(3)}`
}
