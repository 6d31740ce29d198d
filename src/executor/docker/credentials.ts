// Which of a job's credentials an image is pulled with, and how an engine wants to be told.
import type { RegistryCredential } from '../port.ts'
import { type ImageName, parseImageName } from './image-name.ts'

/** The longest match of `host` or `host/path` wins; among equals the first. */
export function credentialFor(image: string, credentials: readonly RegistryCredential[]): RegistryCredential | null {
  const name = parseImageName(image)
  const matching = credentials.filter(credential => matches(credential.host, name))
  return matching.sort((a, b) => b.host.length - a.host.length)[0] ?? null
}

/** The content of a docker `config.json`, as `DOCKER_AUTH_CONFIG` has it; what cannot be read counts for nothing. */
export function credentialsOfAuthConfig(text: string): readonly RegistryCredential[] {
  const auths = readAuths(text)
  return Object.entries(auths).flatMap(([key, entry]) => {
    const pair = entry.auth === undefined ? null : Buffer.from(entry.auth, 'base64').toString()
    const username = entry.username ?? pair?.slice(0, pair.indexOf(':'))
    const password = entry.password ?? pair?.slice(pair.indexOf(':') + 1)
    return username && password ? [{ host: normalHost(key), username, password }] : []
  })
}

function matches(prefix: string, name: ImageName): boolean {
  const whole = `${name.host}/${name.path}`
  return name.host === prefix || whole === prefix || whole.startsWith(`${prefix}/`)
}

function normalHost(key: string): string {
  const bare = key.replace(/^https?:\/\//, '').replace(/\/(v1|v2)?\/?$/, '')
  return bare === 'index.docker.io' ? 'docker.io' : bare
}

type AuthEntry = { readonly auth?: string; readonly username?: string; readonly password?: string }

function readAuths(text: string): Readonly<Record<string, AuthEntry>> {
  try {
    const { auths } = JSON.parse(text) as { auths?: Record<string, AuthEntry> }
    return auths ?? {}
  } catch {
    return {}
  }
}
