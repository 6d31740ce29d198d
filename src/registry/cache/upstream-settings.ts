// The file that names other registries, as its operator writes it:
//
//   { "hub": { "url": "https://registry-1.docker.io", "username": "me", "passwordFile": "/etc/slipway/hub", "tagLifetime": "6h" } }
//
// All mistakes are told together, each with where it is and what was expected.
import { parseDuration } from '../duration.ts'

export type UpstreamSettings = {
  readonly name: string
  readonly url: string
  readonly username: string | null
  /** Where the password stands; null: nowhere in this file. */
  readonly passwordFile: string | null
  readonly tagLifetimeMs: number
  /**
   * How docker-in-docker is given it as a mirror: not at all, under a name that only jobs know, or under an address of its
   * own that leads to this server. Docker asks mirrors for images of Docker Hub and of no other registry.
   */
  readonly mirror: 'none' | 'jobs' | URL
}

export type ParsedUpstreams =
  | { readonly kind: 'upstreams'; readonly upstreams: readonly UpstreamSettings[] }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly string[] }

const defaultTagLifetimeMs = 60 * 60 * 1000
const mirroredByDefault = 'hub'
const keys = ['url', 'username', 'passwordFile', 'tagLifetime', 'mirror']

export function parseUpstreams(text: string): ParsedUpstreams {
  const root = parseJson(text)
  if (!isObject(root))
    return { kind: 'mistakes', mistakes: ['expected a JSON object of registries by name: { "hub": { "url": "…" } }'] }
  const mistakes: string[] = []
  const upstreams = Object.entries(root).map(([name, value]) => parseUpstream(name, value, mistakes))
  return mistakes.length > 0 ? { kind: 'mistakes', mistakes } : { kind: 'upstreams', upstreams }
}

function parseUpstream(name: string, value: unknown, mistakes: string[]): UpstreamSettings {
  const wrong = (key: string, expected: string): void => {
    mistakes.push(`${name}${key === '' ? '' : `.${key}`}: expected ${expected}`)
  }
  if (!/^[a-z0-9]+([._-][a-z0-9]+)*$/.test(name)) wrong('', 'a name of small letters, digits, and - . _ between them')
  const given = isObject(value) ? value : {}
  if (!isObject(value)) wrong('', 'an object')
  for (const key of Object.keys(given)) if (!keys.includes(key)) wrong(key, `one of ${keys.join(', ')}`)
  const text = (key: string): string | null => {
    const found = given[key] ?? null
    if (found !== null && typeof found !== 'string') wrong(key, 'a text')
    return typeof found === 'string' ? found : null
  }
  const url = httpUrl(text('url'))
  if (url === null) wrong('url', 'an http:// or https:// address without path, user and password')
  const tagLifetimeMs =
    given.tagLifetime === undefined ? defaultTagLifetimeMs : parseDuration(text('tagLifetime') ?? '')
  if (tagLifetimeMs === null) wrong('tagLifetime', 'an age such as 1h or 7d')
  const mirror = parseMirror(given.mirror ?? name === mirroredByDefault)
  if (mirror === null) wrong('mirror', 'true, false, or an address that leads to this server')
  return {
    name,
    url: url?.origin ?? '',
    username: text('username'),
    passwordFile: text('passwordFile'),
    tagLifetimeMs: tagLifetimeMs ?? 0,
    mirror: mirror ?? 'none',
  }
}

function parseMirror(value: unknown): UpstreamSettings['mirror'] | null {
  if (typeof value === 'boolean') return value ? 'jobs' : 'none'
  return typeof value === 'string' ? httpUrl(value) : null
}

function httpUrl(text: string | null): URL | null {
  if (text === null || !URL.canParse(text)) return null
  const url = new URL(text)
  const isPlain = url.pathname === '/' && url.search === '' && url.username === '' && url.password === ''
  return /^https?:$/.test(url.protocol) && isPlain ? url : null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // told as: expected an object
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
