// A whole, unmasked WebSocket message of bytes (RFC 6455 §5.2), so that one buffer can be written to many sockets. PURE.

const finalBinary = 0x82

export function binaryFrame(payload: Uint8Array): Uint8Array {
  const header = headerOf(payload.length)
  const frame = new Uint8Array(header.length + payload.length)
  frame.set(header)
  frame.set(payload, header.length)
  return frame
}

function headerOf(length: number): Uint8Array {
  if (length < 126) return Uint8Array.of(finalBinary, length)
  if (length < 65_536) return Uint8Array.of(finalBinary, 126, length >>> 8, length & 0xff)
  const header = new Uint8Array(10)
  header[0] = finalBinary
  header[1] = 127
  new DataView(header.buffer).setBigUint64(2, BigInt(length))
  return header
}
