// Takes away the names that the images of one registry have in an engine; an image goes with the last of its names.
import { type Engine, statusOf } from './engine.ts'

/** @param host `host:port` of the registry as the engine knows it */
export async function removeImagesOf(host: string, { docker }: Engine): Promise<void> {
  const images = await docker.listImages()
  const names = images.flatMap(({ RepoTags, RepoDigests }) => [...(RepoTags ?? []), ...(RepoDigests ?? [])])
  for (const name of names.filter(each => each.startsWith(`${host}/`))) {
    try {
      await docker.getImage(name).remove()
    } catch (error) {
      if (![404, 409].includes(statusOf(error) ?? 0)) throw error // gone with another name, or somebody uses it
    }
  }
}
