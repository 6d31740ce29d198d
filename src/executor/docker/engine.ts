// The connection to a Docker engine, and the few facts about it that plans are made of. No API version is pinned: the
// engine's own is spoken, whatever it is.
import { readFile } from 'node:fs/promises'
import Docker from 'dockerode'
import { AppError, messageOf } from '../../kit/errors.ts'
import type { EngineFacts } from '../port.ts'

export type Engine = {
  readonly docker: Docker
  /** Reached over a socket of this host; then this host's routes and files are probably the engine's. */
  readonly isLocal: boolean
}

export function connectEngine(dockerHost: string | null): Engine {
  const url = dockerHost ?? 'unix:///var/run/docker.sock'
  if (url.startsWith('unix://'))
    return { docker: new Docker({ socketPath: url.slice('unix://'.length) }), isLocal: true }
  const { hostname, port } = new URL(url)
  const protocol = url.startsWith('https:') ? 'https' : 'http'
  return { docker: new Docker({ protocol, host: hostname, port: Number(port || 2375) }), isLocal: false }
}

export async function readEngineFacts(engine: Engine): Promise<EngineFacts> {
  try {
    const [info, version] = await Promise.all([engine.docker.info(), engine.docker.version()])
    return {
      version: info.ServerVersion,
      runc: version.Components?.find(({ Name }) => Name === 'runc')?.Version ?? null,
      cpus: info.NCPU,
      memoryBytes: info.MemTotal,
      rootDirectory: info.DockerRootDir,
    }
  } catch (cause) {
    throw new AppError('engine_unreachable', `the Docker engine does not answer: ${messageOf(cause)}`, { cause })
  }
}

/** The smallest of what the engine's bridge and this host's way out carry; null: the usual 1500. */
export async function detectMtu(engine: Engine): Promise<number | null> {
  const found = [await mtuOfDefaultBridge(engine), engine.isLocal ? await mtuOfDefaultRoute() : null]
  const smallest = Math.min(...found.filter(mtu => mtu !== null && mtu > 0).map(Number))
  return Number.isFinite(smallest) && smallest < 1500 ? smallest : null
}

async function mtuOfDefaultBridge({ docker }: Engine): Promise<number | null> {
  try {
    const { Options } = (await docker.getNetwork('bridge').inspect()) as { Options?: Record<string, string> }
    return Number(Options?.['com.docker.network.driver.mtu'] ?? 0) || null
  } catch {
    return null // an engine without a default bridge has no wish
  }
}

async function mtuOfDefaultRoute(): Promise<number | null> {
  try {
    const routes = (await readFile('/proc/net/route', 'utf8')).split('\n').map(line => line.split('\t'))
    const device = routes.find(fields => fields[1] === '00000000')?.[0]
    return device === undefined ? null : Number(await readFile(`/sys/class/net/${device}/mtu`, 'utf8'))
  } catch {
    return null // no Linux, or no way out: nothing to adapt to
  }
}

/** HTTP status of an engine's answer; null for anything else, above all a connection that failed. */
export function statusOf(error: unknown): number | null {
  const status = (error as { statusCode?: unknown }).statusCode
  return typeof status === 'number' ? status : null
}

/** What an engine that is not there makes of a call, in words; anything else as it is. */
export function orUnreachable(error: unknown): unknown {
  const code = (error as { code?: unknown }).code
  if (statusOf(error) !== null || !['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(String(code)))
    return error
  return new AppError('engine_unreachable', `the Docker engine does not answer: ${messageOf(error)}`, { cause: error })
}

export function isGone(error: unknown): boolean {
  return statusOf(error) === 404
}
