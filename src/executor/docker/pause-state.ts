// Whether a job has left anything in the network that a pause container held open for it. When the job's container is gone
// its processes are, and with them whatever listened. It had no NET_ADMIN, so addresses, routes, packet filter and sysctls are
// as they were made. What could be left is looked for: connections that the kernel still winds up, and what the job wrote
// into the three files that Docker lets it share with the pause container (`/etc/hosts` is one of them).
import { readFile, readlink, stat } from 'node:fs/promises'
import type Docker from 'dockerode'

export type PauseState = {
  readonly pid: number
  /** Which network the process is in, as the kernel names it: another process of the same number is in another. */
  readonly network: string
  readonly files: readonly { readonly path: string; readonly mark: string }[]
}

/** Null: this host does not see the engine's processes and files. */
export async function readPauseState(container: Docker.Container): Promise<PauseState | null> {
  const { State, HostsPath, HostnamePath, ResolvConfPath } = await container.inspect()
  try {
    const paths = [HostsPath, HostnamePath, ResolvConfPath]
    const files = await Promise.all(paths.map(async path => ({ path, mark: await markOf(path) })))
    return { pid: State.Pid, network: await networkOf(State.Pid), files }
  } catch {
    return null
  }
}

/** False: no job may have it any more. */
export async function isAsMade({ pid, network, files }: PauseState): Promise<boolean> {
  try {
    if ((await networkOf(pid)) !== network) return false
    for (const { path, mark } of files) if ((await markOf(path)) !== mark) return false
    return true
  } catch {
    return false // the container has ended, with an engine that was started anew
  }
}

/** Sockets that are there may go away by themselves. Reading the tables walks through all connections of the host. */
export async function isQuiet({ pid }: PauseState): Promise<boolean> {
  const contents = await Promise.all(tables.map(name => readTable(`/proc/${pid}/net/${name}`)))
  return !contents.some(hasSocket)
}

/** Every family of sockets that a program without privileges can open, but netlink's, which end with their process. */
const tables = ['tcp', 'tcp6', 'udp', 'udp6', 'udplite', 'udplite6', 'icmp', 'icmp6', 'raw', 'raw6', 'packet', 'unix']

/** 127.0.0.11 as these tables write it: there Docker itself answers for names. */
const dockersNames = /^\s*\d+: 0B00007F:/

export function hasSocket(table: string): boolean {
  return table
    .split('\n')
    .slice(1)
    .some(line => line.trim() !== '' && !dockersNames.test(line))
}

async function readTable(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '' // a kernel without this family, or all of it is gone
    throw error
  }
}

function networkOf(pid: number): Promise<string> {
  return readlink(`/proc/${pid}/ns/net`)
}

/** Not its change time: Docker sets the owner anew for each container that joins. */
async function markOf(path: string): Promise<string> {
  const { ino, mode, uid, gid, size, mtimeNs } = await stat(path, { bigint: true })
  const content = size > longestBytes ? null : await readFile(path, 'utf8')
  return JSON.stringify([ino, mode, uid, gid, size, mtimeNs].map(String).concat(content ?? 'too long'))
}

const longestBytes = 1024 * 1024
