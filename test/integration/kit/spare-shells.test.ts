import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { execa } from 'execa'
import { afterEach, describe, expect, it } from 'vitest'
import { createSpareShells, type SpareShells } from '../../../src/kit/spare-shells.ts'

const environment = { PATH: process.env.PATH ?? '', GREETING: 'hello' }
const manner = { environment, stderr: 'pipe', umask: null } as const
let shells: SpareShells

afterEach(() => shells.close())

describe.each([{ count: 2 }, { count: 0 }])('with $count shells that wait', ({ count }) => {
  it('a command gets its words as they are', async () => {
    shells = createSpareShells({ ...manner, count })
    const words = ['a b', "it's", '$HOME `id` \\', 'two\nlines\n', '', '*', 'é✓']
    const command = shells.become(['printf', '%s|', ...words])
    expect(await text(command.stdout)).toBe(words.map(word => `${word}|`).join(''))
    expect((await command.ended).exitCode).toBe(0)
  })

  it('a command gets what is written after it, to the last byte', async () => {
    shells = createSpareShells({ ...manner, count })
    const command = shells.become(['cat'])
    const input = '\n\n  echo no\\n\nread -r x\n'
    command.stdin.end(input)
    expect(await text(command.stdout)).toBe(input)
  })

  it('a command sees the common environment and its own, and nothing else', async () => {
    shells = createSpareShells({ ...manner, count })
    const command = shells.become(['env'], { OWN: "it's\nmine" })
    const seen = await text(command.stdout)
    expect(seen).toContain('GREETING=hello\n')
    expect(seen).toContain("OWN=it's\nmine\n")
    expect(seen).not.toContain('HOME=')
  })

  it('a command that is not there ends with 127', async () => {
    shells = createSpareShells({ ...manner, count })
    expect((await shells.become(['slipway-no-such-command']).ended).exitCode).toBe(127)
  })
})

describe('more commands than shells', () => {
  it('run at the same time all the same', async () => {
    shells = createSpareShells({ ...manner, count: 1 })
    const commands = ['one', 'two', 'three'].map(word => shells.become(['echo', word]))
    expect(await Promise.all(commands.map(command => text(command.stdout)))).toEqual(['one\n', 'two\n', 'three\n'])
  })
})

it('shells that wait do not keep their process from its end', async () => {
  const module = join(import.meta.dirname, '../../../src/kit/spare-shells.ts')
  const text = `import { createSpareShells } from ${JSON.stringify(module)}
    createSpareShells({ environment: {}, stderr: 'pipe', umask: null, count: 2 })`
  const { exitCode } = await execa(process.execPath, ['--input-type=module-typescript', '--eval', text], {
    reject: false,
    timeout: 60_000,
  })
  expect(exitCode).toBe(0)
})

it('a command ends with what it has started', async () => {
  shells = createSpareShells({ ...manner, count: 1 })
  const command = shells.become(['sh', '-c', 'sleep 600 & echo started; wait'])
  await once(command.stdout, 'data')
  command.end()
  expect(await text(command.stdout)).toBe('') // nobody holds it open
  expect((await command.ended).exitCode).toBe(null)
  command.end() // changes nothing
})
