// The image of the containers that only hold a network open for a job's container to join. Their whole program is a
// system call that waits for ever, so the image is made here: an ELF file of 140 bytes in a tar, whatever engine it is.
import type Docker from 'dockerode'
import { tarOf } from './archive.ts'
import { statusOf } from './engine.ts'

const repository = 'slipway-pause'
const tag = '1'

export async function ensurePauseImage(docker: Docker, architecture: 'x64' | 'arm64'): Promise<string> {
  const name = `${repository}:${tag}`
  try {
    await docker.getImage(name).inspect()
  } catch (error) {
    if (statusOf(error) !== 404) throw error
    const archive = await tarOf([{ path: 'pause', content: pauseProgram(architecture), mode: 0o755 }])
    const stream = await docker.importImage(archive as never, {
      repo: repository,
      tag,
      changes: 'ENTRYPOINT ["/pause"]',
    })
    for await (const _ of stream) void _
  }
  return name
}

const code = {
  // mov eax, 34 (pause); syscall; jmp back
  x64: Buffer.from([0xb8, 0x22, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7]),
  // mov x0..x3, 0; mov x8, 73 (ppoll); svc 0; b back
  arm64: Buffer.from('000080d2010080d2020080d2030080d2280980d2010000d4faffff17', 'hex'),
}
const machine = { x64: 0x3e, arm64: 0xb7 }

function pauseProgram(architecture: 'x64' | 'arm64'): Buffer {
  const loadAddress = 0x400000n
  const headerBytes = 64 + 56
  const program = code[architecture]
  const file = Buffer.alloc(headerBytes)
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(file)
  file.writeUInt16LE(2, 16) // an executable
  file.writeUInt16LE(machine[architecture], 18)
  file.writeUInt32LE(1, 20)
  file.writeBigUInt64LE(loadAddress + BigInt(headerBytes), 24) // where it begins
  file.writeBigUInt64LE(64n, 32) // the program header follows
  file.writeUInt16LE(64, 52)
  file.writeUInt16LE(56, 54)
  file.writeUInt16LE(1, 56)
  file.writeUInt32LE(1, 64) // loaded
  file.writeUInt32LE(5, 68) // readable and executable
  file.writeBigUInt64LE(0n, 72)
  file.writeBigUInt64LE(loadAddress, 80)
  file.writeBigUInt64LE(loadAddress, 88)
  file.writeBigUInt64LE(BigInt(headerBytes + program.length), 96)
  file.writeBigUInt64LE(BigInt(headerBytes + program.length), 104)
  file.writeBigUInt64LE(0x1000n, 112)
  return Buffer.concat([file, program])
}
