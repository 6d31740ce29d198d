// A network that is not this host's: a namespace at the end of a cable, in which one HTTP server listens. The address is of a
// range that documents use (198.51.100.0/24).
import { execa } from 'execa'
import { waitUntil } from './wait-until.ts'

export type OutsideWorld = { readonly remove: () => Promise<void> }

const greet = `require('node:http').createServer((_, response) => response.end('hello from outside\\n')).listen(80, () => console.log('listens'))`

/** Of a /30; this host takes the address before it. */
export async function createOutsideWorld(address: string): Promise<OutsideWorld> {
  const name = `slwo${process.pid % 100_000}`
  const here = address.replace(/\d+$/, last => String(Number(last) - 1))
  const ip = (...words: string[]) => execa('ip', words)
  await ip('netns', 'add', name)
  await ip('link', 'add', `${name}a`, 'type', 'veth', 'peer', 'name', `${name}b`, 'netns', name)
  await ip('address', 'add', `${here}/30`, 'dev', `${name}a`)
  await ip('link', 'set', `${name}a`, 'up')
  await ip('-n', name, 'address', 'add', `${address}/30`, 'dev', `${name}b`)
  await ip('-n', name, 'link', 'set', `${name}b`, 'up')
  await ip('-n', name, 'route', 'add', 'default', 'via', here)
  const server = execa('ip', ['netns', 'exec', name, process.execPath, '-e', greet], { reject: false, stdin: 'ignore' })
  let said = ''
  server.stdout.on('data', (text: Buffer) => {
    said += text.toString()
  })
  await waitUntil(() => said.includes('listens'), 'a server outside')
  return {
    remove: async () => {
      server.kill('SIGTERM')
      await server
      await ip('netns', 'delete', name)
      await execa('ip', ['link', 'delete', `${name}a`], { reject: false }) // gone with its other end, mostly
    },
  }
}
