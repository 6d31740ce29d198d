// Other registries whose images are kept here: their file and passwords are read once, and the one that jobs' Docker uses as a
// mirror gets a name that nobody can guess, since Docker sends mirrors no password.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ServerConfig } from '../../config.ts'
import { AppError, messageOf } from '../../kit/errors.ts'
import { readOrCreateKey } from '../../kit/key-file.ts'
import type { Upstream } from '../../registry/cache/ports.ts'
import { parseUpstreams, type UpstreamSettings } from '../../registry/cache/upstream-settings.ts'
import type { Surroundings } from '../../run/ports.ts'

export type Upstreams = { readonly upstreams: readonly Upstream[]; readonly mirrors: Surroundings['mirrors'] }

const mirrorKeyBytes = 16

/** @throws AppError `usage` that lists every mistake of the file */
export async function openUpstreams(
  config: Pick<ServerConfig, 'upstreamsFile' | 'upstreamPasswords' | 'dataFolder'>,
): Promise<Upstreams> {
  const { upstreamsFile: file } = config
  if (file === undefined) return { upstreams: [], mirrors: [] }
  const wrong = (what: string): AppError => new AppError('usage', `--upstreams ${file}: ${what}`)
  const text = await readFile(file, 'utf8').catch(error => Promise.reject(wrong(messageOf(error))))
  const parsed = parseUpstreams(text)
  if (parsed.kind === 'mistakes') throw wrong(parsed.mistakes.join('\n         '))
  const key = await readOrCreateKey(join(config.dataFolder, 'keys', 'mirror'), mirrorKeyBytes)
  const opened = parsed.upstreams.map(async settings => ({
    ...settings,
    password: await readPassword(settings, config.upstreamPasswords, wrong),
    mirrorName: mirrorNameOf(settings, key),
  }))
  return {
    upstreams: await Promise.all(opened),
    mirrors: parsed.upstreams.flatMap(settings => mirrorsOf(settings, key)),
  }
}

async function readPassword(
  { name, passwordFile }: UpstreamSettings,
  passwords: ServerConfig['upstreamPasswords'],
  wrong: (what: string) => AppError,
): Promise<string | null> {
  if (passwordFile === null) return passwords[name.toUpperCase().replace(/[-.]/g, '_')] ?? null
  const text = await readFile(passwordFile, 'utf8').catch(error =>
    Promise.reject(wrong(`${name}.passwordFile: ${messageOf(error)}`)),
  )
  return text.trim()
}

function mirrorNameOf({ name, mirror }: UpstreamSettings, key: Buffer): string | null {
  if (mirror === 'none') return null
  return mirror === 'jobs' ? `${name}-${key.toString('hex')}.mirror.internal` : mirror.hostname
}

function mirrorsOf(settings: UpstreamSettings, key: Buffer): Surroundings['mirrors'] {
  const name = mirrorNameOf(settings, key)
  if (name === null) return []
  return settings.mirror instanceof URL ? [{ url: settings.mirror.origin }] : [{ name }]
}
