// Removes the modules that only development needs, as package-lock.json marks them: `npm prune` without npm.
import { readFileSync, rmSync } from 'node:fs'

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
for (const [path, { dev }] of Object.entries(packages)) {
  if (dev === true) rmSync(path, { recursive: true, force: true })
}
rmSync('node_modules/.cache', { recursive: true, force: true })
rmSync('node_modules/.vite', { recursive: true, force: true })
