// The boundaries of src/: which slice may import which, which files are pure, and where each package may be used.
// To change a table here is an architecture decision (docs/decisions/).
import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, normalize, relative, sep } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../src')

const mayImport: Readonly<Record<string, readonly string[]>> = {
  kit: [],
  pipeline: ['kit'],
  logs: ['kit'],
  access: ['kit'],
  artifacts: ['kit'],
  run: ['kit', 'pipeline', 'logs', 'access'],
  executor: ['kit', 'pipeline', 'logs', 'access', 'run/model', 'run/protocol'],
  git: ['kit', 'pipeline', 'logs', 'access'],
  registry: ['kit', 'pipeline', 'logs', 'access'],
  runner: ['kit', 'pipeline', 'logs', 'access', 'run/model', 'run/protocol', 'executor'],
  redis: ['kit', 'run', 'runner/ports'],
  store: ['kit', 'pipeline', 'logs', 'access', 'artifacts', 'run', 'git', 'registry'],
  server: ['kit', 'pipeline', 'logs', 'access', 'artifacts', 'run', 'git', 'registry'],
  web: ['kit', 'pipeline/model', 'logs', 'server/live/protocol'],
  commands: [
    'kit',
    'pipeline',
    'logs',
    'access',
    'artifacts',
    'run',
    'executor',
    'git',
    'registry',
    'runner',
    'redis',
    'store',
    'server',
    'config',
  ],
  main: ['kit', 'commands'],
  config: ['kit'],
}

/** Pure: no clock, disk, network, process or randomness. A folder ends in `/`. */
const pure = [
  'pipeline/',
  'run/machine',
  'run/simulate',
  'logs/redact',
  'logs/line',
  'logs/line-split',
  'logs/paint',
  'logs/escape',
  'logs/style',
  'logs/section',
  'logs/search',
  'logs/coverage',
  'logs/cap',
  'artifacts/xml',
  'artifacts/junit',
  'artifacts/test-report',
  'access/policy',
  'access/model',
  'git/push',
  'registry/reference',
  'registry/manifest',
  'registry/paths',
  'registry/errors',
  'executor/script',
  'executor/docker/plan',
  'runner/outcome',
]
/** Node modules that compute and nothing else. `node:crypto` is for hashes; randomness is caught by name below. */
const pureBuiltins = ['node:crypto', 'node:path', 'node:buffer']
const impureWords =
  /\b(Date\.now|new Date\(\)|Math\.random|process\.|randomUUID|randomBytes|performance\.now|setTimeout|setInterval|fetch\()/

/** A package that is not listed may be used anywhere. */
const packagePlaces: Readonly<Record<string, readonly string[]>> = {
  bullmq: ['redis'],
  ioredis: ['redis'],
  kysely: ['store'],
  'node:sqlite': ['store'],
  dockerode: ['executor'],
  'js-yaml': ['pipeline'],
  fastify: ['server'],
  '@fastify/static': ['server'],
  '@fastify/cookie': ['server'],
  '@fastify/swagger': ['server'],
  '@fastify/rate-limit': ['server'],
  commander: ['commands', 'main'],
  preact: ['web'],
}

type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean }

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter(file => /\.tsx?$/.test(file))
  .map(file => file.split(sep).join('/'))
const sources = new Map(files.map(file => [file, readFileSync(join(root, file), 'utf8')]))
const imports = files.flatMap(importsOf)

describe('the boundaries of src/', () => {
  it('every slice imports only what the table allows', () => {
    const wrong = imports.filter(isInside).filter(each => !isAllowed(each.from, each.to))
    expect(wrong.map(each => `${each.from} → ${each.to}`)).toEqual([])
  })

  it('no files import each other in a circle', () => {
    expect(findCycles()).toEqual([])
  })

  it('pure files import only pure things and read no clock, disk, network or randomness', () => {
    const wrong = files.filter(isPure).flatMap(file => [
      ...imports
        .filter(each => each.from === file && !each.typeOnly && isBuiltin(each.to) && !pureBuiltins.includes(each.to))
        .map(each => `${file} imports ${each.to}`),
      ...codeLines(file)
        .filter(line => impureWords.test(line))
        .map(line => `${file}: ${line.trim()}`),
    ])
    expect(wrong).toEqual([])
  })

  it('a package is used only in its place', () => {
    const wrong = imports
      .filter(each => !isInside(each))
      .filter(each => {
        const places = packagePlaces[packageOf(each.to)]
        return places !== undefined && !places.includes(sliceOf(each.from))
      })
    expect(wrong.map(each => `${each.from} → ${each.to}`)).toEqual([])
  })

  it('process.env, process.argv and process.exit occur only in the entry, the commands and config', () => {
    const wrong = files
      .filter(file => !/^(main|config)\.ts$|^commands\//.test(file))
      .filter(file => codeLines(file).some(line => /process\.(env|argv|exit\b)/.test(line)))
    expect(wrong).toEqual([])
  })
})

function importsOf(file: string): Import[] {
  const text = sources.get(file) ?? ''
  const found: Import[] = []
  for (const match of text.matchAll(
    /^\s*(?:import|export)\s+(type\s+)?[^'"`;]*?from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|^import\s+['"]([^'"]+)['"]/gm,
  )) {
    const target = match[2] ?? match[3] ?? match[4] ?? ''
    const to = target.startsWith('.')
      ? relative(root, normalize(join(root, dirname(file), target)))
          .split(sep)
          .join('/')
      : target
    found.push({ from: file, to, typeOnly: match[1] !== undefined })
  }
  return found
}

function isInside(each: Import): boolean {
  return sources.has(each.to)
}

function sliceOf(file: string): string {
  return file.includes('/') ? (file.split('/')[0] ?? file) : file.replace(/\.tsx?$/, '')
}

function isAllowed(from: string, to: string): boolean {
  const slice = sliceOf(from)
  const target = to.replace(/\.tsx?$/, '')
  return (
    sliceOf(to) === slice || (mayImport[slice] ?? []).some(each => target === each || target.startsWith(`${each}/`))
  )
}

function isPure(file: string): boolean {
  const name = file.replace(/\.tsx?$/, '')
  return pure.some(each => (each.endsWith('/') ? file.startsWith(each) : name === each))
}

function isBuiltin(name: string): boolean {
  return name.startsWith('node:') || builtinModules.includes(name)
}

function packageOf(name: string): string {
  if (name.startsWith('node:')) return name
  return name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : (name.split('/')[0] ?? name)
}

function codeLines(file: string): string[] {
  return (sources.get(file) ?? '').split('\n').filter(line => !/^\s*(\/\/|\*|\/\*)/.test(line))
}

/** Circles among imports of values; types may refer to each other. */
function findCycles(): string[] {
  const edges = new Map<string, string[]>()
  for (const each of imports)
    if (isInside(each) && !each.typeOnly) edges.set(each.from, [...(edges.get(each.from) ?? []), each.to])
  const state = new Map<string, 'open' | 'done'>()
  const cycles: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'done') return
    if (state.get(file) === 'open') {
      cycles.push([...path.slice(path.indexOf(file)), file].join(' → '))
      return
    }
    state.set(file, 'open')
    for (const next of edges.get(file) ?? []) visit(next, [...path, file])
    state.set(file, 'done')
  }
  for (const file of files) visit(file, [])
  return cycles
}
