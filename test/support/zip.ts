// Makes archives byte by byte, so that tests can also make those that no honest tool would.
import { crc32, deflateRawSync } from 'node:zlib'

export type ZipContent = {
  readonly name: string
  readonly content: string
  readonly mode?: number
  /** A lie about the size. */
  readonly claimedBytes?: number
}

export function makeZip(entries: readonly ZipContent[]): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const fields = fieldsOf(entry)
    const local = Buffer.concat([
      Buffer.from('PK\x03\x04', 'latin1'),
      u16(20),
      fields.shared,
      u16(fields.name.length),
      u16(0),
      fields.name,
      fields.data,
    ])
    const mode = entry.mode ?? (entry.name.endsWith('/') ? 0o040755 : 0o100644)
    directory.push(
      Buffer.concat([
        Buffer.from('PK\x01\x02', 'latin1'),
        u16(0x031e),
        u16(20),
        fields.shared,
        u16(fields.name.length),
        u16(0),
        u16(0),
        u16(0),
        u16(0),
        u32((mode << 16) >>> 0),
        u32(offset),
        fields.name,
      ]),
    )
    locals.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const count = u16(entries.length)
  const end = Buffer.concat([
    Buffer.from('PK\x05\x06', 'latin1'),
    u16(0),
    u16(0),
    count,
    count,
    u32(central.length),
    u32(offset),
    u16(0),
  ])
  return Buffer.concat([...locals, central, end])
}

function fieldsOf(entry: ZipContent) {
  const content = Buffer.from(entry.content)
  const data = deflateRawSync(content)
  const size = entry.claimedBytes ?? content.length
  const shared = Buffer.concat([
    u16(0x800),
    u16(8),
    u16(0),
    u16(0x21),
    u32(crc32(content)),
    u32(data.length),
    u32(size),
  ])
  return { shared, data, name: Buffer.from(entry.name) }
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
