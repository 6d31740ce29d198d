// Reads `multipart/form-data` while it arrives, for uploads that are too large to be held. Small fields are given whole,
// the first file as a stream; what comes after the file is not read.
//
//   --boundary CRLF headers CRLF CRLF body CRLF --boundary …  --boundary--
import { Readable } from 'node:stream'
import { AppError } from '../../kit/errors.ts'

export type Upload = {
  /** The fields before the file. */
  readonly fields: Readonly<Record<string, string>>
  readonly filename: string
  readonly file: Readable
}

const maximumHeaderBytes = 16 * 1024
const maximumFieldBytes = 64 * 1024
const crlf = '\r\n'

/** @throws AppError `multipart_invalid` */
export async function readUpload(body: AsyncIterable<Uint8Array>, contentType: string): Promise<Upload> {
  const boundary = /boundary=(?:"([^"]{1,200})"|([^\s;]{1,200}))/i.exec(contentType)
  const name = boundary?.[1] ?? boundary?.[2]
  if (name === undefined) throw invalid('the boundary is missing')
  const source = createSource(body)
  const fields: Record<string, string> = Object.create(null)
  await source.skipPast(Buffer.from(`--${name}`))
  for (;;) {
    const headers = await readHeaders(source)
    if (headers === null) throw invalid('there is no file')
    const delimiter = Buffer.from(`${crlf}--${name}`)
    const { field, filename } = headers
    if (filename !== null)
      return { fields, filename, file: Readable.from(source.until(delimiter), { objectMode: false }) }
    fields[field] = await readField(source, delimiter)
  }
}

async function readField(source: Source, delimiter: Buffer): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of source.until(delimiter)) {
    size += chunk.length
    if (size > maximumFieldBytes) throw invalid('a field is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** Null: this was the last boundary. */
async function readHeaders(
  source: Source,
): Promise<{ readonly field: string; readonly filename: string | null } | null> {
  const lineEnd = await source.take(2)
  if (lineEnd === '--') return null
  if (lineEnd !== crlf) throw invalid('a boundary has no line end')
  const text = await source.textUntil(Buffer.from(crlf + crlf), maximumHeaderBytes)
  const disposition = /^content-disposition:(.*)$/im.exec(text)?.[1] ?? ''
  const field = /[;\s]name="([^"]*)"/i.exec(disposition)?.[1] ?? ''
  return { field, filename: /[;\s]filename="([^"]*)"/i.exec(disposition)?.[1] ?? null }
}

type Source = {
  readonly skipPast: (mark: Buffer) => Promise<void>
  readonly take: (length: number) => Promise<string>
  readonly textUntil: (mark: Buffer, maximumBytes: number) => Promise<string>
  /** Chunks up to the mark, which is passed over. */
  readonly until: (mark: Buffer) => AsyncGenerator<Uint8Array>
}

function createSource(body: AsyncIterable<Uint8Array>): Source {
  const chunks = body[Symbol.asyncIterator]()
  let held: Buffer = Buffer.alloc(0)

  async function more(): Promise<void> {
    const next = await chunks.next()
    if (next.done === true) throw invalid('it ends too early')
    held = held.length === 0 ? Buffer.from(next.value) : Buffer.concat([held, next.value])
  }

  async function* until(mark: Buffer): AsyncGenerator<Uint8Array> {
    for (;;) {
      const at = held.indexOf(mark)
      if (at !== -1) {
        const last = held.subarray(0, at)
        held = held.subarray(at + mark.length)
        if (last.length > 0) yield last
        return
      }
      // The end may be the beginning of the mark.
      const sure = held.length - mark.length + 1
      if (sure > 0) {
        const part = held.subarray(0, sure)
        held = held.subarray(sure)
        yield part
      }
      await more()
    }
  }

  async function skipPast(mark: Buffer): Promise<void> {
    for await (const _ of until(mark));
  }

  async function take(length: number): Promise<string> {
    while (held.length < length) await more()
    const taken = held.toString('latin1', 0, length)
    held = held.subarray(length)
    return taken
  }

  async function textUntil(mark: Buffer, maximumBytes: number): Promise<string> {
    const parts: Uint8Array[] = []
    let size = 0
    for await (const part of until(mark)) {
      size += part.length
      if (size > maximumBytes) throw invalid('its headers are too long')
      parts.push(part)
    }
    return Buffer.concat(parts).toString()
  }

  return { skipPast, take, textUntil, until }
}

function invalid(reason: string): AppError {
  return new AppError('multipart_invalid', `the multipart body cannot be read: ${reason}`)
}
