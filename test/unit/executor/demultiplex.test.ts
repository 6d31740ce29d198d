import { expect, test } from 'vitest'
import { createDemultiplexer } from '../../../src/executor/docker/demultiplex.ts'

function frame(stream: number, text: string): Buffer {
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(Buffer.byteLength(text), 4)
  return Buffer.concat([header, Buffer.from(text)])
}

const wire = Buffer.concat([frame(1, 'one\n'), frame(2, 'two'), frame(1, ''), frame(1, 'three\n')])

test.each([1, 2, 3, 7, 8, 9, 1000])('frames cut into pieces of %i bytes come out whole and in order', size => {
  const take = createDemultiplexer()
  const parts: Uint8Array[] = []
  for (let at = 0; at < wire.length; at += size) parts.push(...take(wire.subarray(at, at + size)))
  expect(Buffer.concat(parts).toString()).toBe('one\ntwothree\n')
})
