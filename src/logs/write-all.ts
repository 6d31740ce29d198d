import type { FileHandle } from 'node:fs/promises'

/** `write` may write less than it is given. */
export async function writeAll(handle: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await handle.write(bytes, done, bytes.length - done, offset + done)).bytesWritten
  }
}
