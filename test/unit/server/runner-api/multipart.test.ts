import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { readUpload } from '../../../../src/server/runner-api/multipart.ts'

const type = 'multipart/form-data; boundary="x-y"'
const form = Buffer.from(
  'preamble\r\n--x-y\r\nContent-Disposition: form-data; name="a"\r\n\r\none\r\n--x-y\r\n' +
    'Content-Disposition: form-data; name="file"; filename="f.zip"\r\n\r\nbytes\r\n--x-\r\n\0\r\n--x-y--\r\n',
  'latin1',
)

async function read(body: Buffer, pieceBytes: number, contentType = type) {
  const pieces = Array.from({ length: Math.ceil(body.length / pieceBytes) }, (_, index) =>
    body.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  )
  const upload = await readUpload(Readable.from(pieces), contentType)
  return { ...upload, file: (await buffer(upload.file)).toString('latin1') }
}

describe('a form with a file', () => {
  test.each([1, 2, 3, 7, 1000])('is read in pieces of %i bytes', async pieceBytes => {
    expect(await read(form, pieceBytes)).toEqual({
      fields: { a: 'one' },
      filename: 'f.zip',
      file: 'bytes\r\n--x-\r\n\0',
    })
  })

  test.each([
    ['is cut off', form.subarray(0, form.length - 10), type],
    ['has no file', Buffer.from('--x-y\r\nContent-Disposition: form-data; name="a"\r\n\r\none\r\n--x-y--\r\n'), type],
    ['names no boundary', form, 'multipart/form-data'],
    ['has headers without end', Buffer.from(`--x-y\r\n${'a'.repeat(20_000)}`), type],
  ])('is refused when it %s', async (_, body, contentType) => {
    await expect(read(body, 64, contentType)).rejects.toMatchObject({ code: 'multipart_invalid' })
  })
})
