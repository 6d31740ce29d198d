// The start of a container, once more where the engine itself failed at it: on a host under load a container's first process
// now and then ends between its creation and its start (`cannot start a stopped process`), and its second start succeeds.
import { statusOf } from './engine.ts'

/** What is started may be begun twice: an attach before it belongs to it, because a failed start ends that. */
export async function startTwiceAtMost<T>(start: () => Promise<T>): Promise<T> {
  try {
    return await start()
  } catch (error) {
    if ((statusOf(error) ?? 0) < 500) throw error // the container is at fault, or the engine is not there
    return start()
  }
}
