// Takes everything but layers out of the data folder of a Docker daemon that does not run: what is left are layers and
// images without names, and the cache of BuildKit. The folder was a privileged job's, so links may stand anywhere in it: each
// folder is opened without following one, and what is removed is named inside an open folder.
import { constants } from 'node:fs'
import { type FileHandle, open, readdir, readFile, rm } from 'node:fs/promises'

const openFolder = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW

/** BuildKit knows its cache by the engine's id. */
const kept = ['overlay2', 'image', 'buildkit', 'engine-id']

/** False: this host cannot see the folder, or it is not one that can be cleaned; it must not be used again. */
export async function cleanLayers(mountpoint: string): Promise<boolean> {
  try {
    await withFolders(mountpoint, [], async root => {
      const names = await readdir(at(root))
      if (names.length === 0) return
      for (const name of names) if (!kept.includes(name)) await remove(root, name)
      await cleanImages(mountpoint)
    })
    return true
  } catch {
    return false // whatever it is: not a folder that a daemon of a known kind left
  }
}

async function cleanImages(mountpoint: string): Promise<void> {
  await withFolders(mountpoint, ['image', 'overlay2'], async images => {
    await remove(images, 'repositories.json')
  })
  await withFolders(mountpoint, ['image', 'overlay2', 'layerdb', 'mounts'], async mounts => {
    for (const name of await readdir(at(mounts))) {
      const layers = await Promise.all(['mount-id', 'init-id'].map(file => readLayer(mounts, name, file)))
      await withFolders(mountpoint, ['overlay2'], async overlay => {
        for (const layer of layers) if (layer !== null) await remove(overlay, layer)
      })
      await remove(mounts, name)
    }
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error // no container was ever made
  })
}

/** The name of a container's own layer; null: nothing that a daemon would have written. */
async function readLayer(mounts: FileHandle, container: string, file: string): Promise<string | null> {
  const folder = await open(at(mounts, container), openFolder).catch(() => null)
  if (folder === null) return null
  try {
    const handle = await open(at(folder, file), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const text = await readFile(handle, 'utf8').finally(() => handle.close())
    return /^[0-9a-z]{25,64}(-init)?$/.test(text) ? text : null
  } catch {
    return null
  } finally {
    await folder.close()
  }
}

async function withFolders(
  root: string,
  path: readonly string[],
  work: (folder: FileHandle) => Promise<void>,
): Promise<void> {
  let folder = await open(root, openFolder)
  try {
    for (const name of path) {
      const inner = await open(at(folder, name), openFolder)
      await folder.close()
      folder = inner
    }
    await work(folder)
  } finally {
    await folder.close()
  }
}

async function remove(folder: FileHandle, name: string): Promise<void> {
  await rm(at(folder, name), { recursive: true, force: true })
}

function at(folder: FileHandle, name = ''): string {
  return `/proc/self/fd/${folder.fd}${name === '' ? '' : `/${name}`}`
}
