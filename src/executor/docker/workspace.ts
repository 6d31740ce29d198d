// The job's volume as a folder of this host. Whether the engine's files are this host's files is not believed but seen:
// a volume of an unguessable name was just made, and its folder is there or it is not.
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type Docker from 'dockerode'
import tar from 'tar-stream'
import type { Workspace } from '../port.ts'
import { packFolder, unpackFolder } from './folder-archive.ts'

export type RoomWorkspace = Workspace & { readonly remove: () => Promise<void> }

export type WorkspaceOptions = {
  readonly volume: Docker.Volume
  readonly mountpoint: string
  readonly buildsDirectory: string
  /** A container that has the volume mounted; needed only where the engine is elsewhere. */
  readonly container: () => Docker.Container | null
}

export async function openWorkspace(options: WorkspaceOptions): Promise<RoomWorkspace> {
  if (await isFolder(options.mountpoint)) return sharedWorkspace(options.mountpoint)
  return copiedWorkspace(options)
}

function sharedWorkspace(directory: string): RoomWorkspace {
  const nothing = async () => {}
  return { directory, publish: nothing, collect: nothing, remove: nothing }
}

async function copiedWorkspace({ buildsDirectory, container }: WorkspaceOptions): Promise<RoomWorkspace> {
  const directory = await mkdtemp(join(tmpdir(), 'slipway-workspace-'))
  return {
    directory,
    publish: async signal => {
      const target = container()
      if (target === null) return
      const pack = tar.pack()
      const sent = target.putArchive(pack as unknown as NodeJS.ReadableStream, { path: buildsDirectory })
      await packFolder(directory, pack, signal)
      await sent
    },
    collect: async signal => {
      const stream = await container()?.getArchive({ path: `${buildsDirectory}/.` })
      if (stream === undefined) return
      await rm(directory, { recursive: true, force: true })
      await mkdir(directory, { recursive: true })
      await pipeline(stream, unpackFolder(directory), { signal })
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false // not this host's file system
  }
}
