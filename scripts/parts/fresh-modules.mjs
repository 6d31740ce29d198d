// Exits with 0 if node_modules holds what package-lock.json says: npm writes down in node_modules/.package-lock.json what it
// installed. Packages for other platforms are optional there, and may be missing.
import { existsSync, readFileSync } from 'node:fs'

const read = path => JSON.parse(readFileSync(path, 'utf8')).packages

function isFresh() {
  if (!existsSync('node_modules/.package-lock.json')) return false
  const installed = read('node_modules/.package-lock.json')
  return Object.entries(read('package-lock.json')).every(
    ([path, wanted]) =>
      path === '' || (path in installed ? installed[path].version === wanted.version : wanted.optional === true),
  )
}

process.exit(isFresh() ? 0 : 1)
