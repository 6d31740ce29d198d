import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { composeScript, type ScriptOrder, shellDetection } from '../../../src/executor/script.ts'

const shells = {
  bash: ['bash'],
  dash: ['dash'],
  busybox: ['busybox', 'sh'],
} as const
type Shell = keyof typeof shells

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'slipway-script-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function order(lines: readonly string[], more: Partial<ScriptOrder> = {}): ScriptOrder {
  return {
    lines,
    variables: [],
    projectDirectory: directory,
    fileDirectory: join(directory, 'p.tmp'),
    xtrace: false,
    ...more,
  }
}

function feed(shell: Shell, text: string): Promise<{ exitCode: number | null; output: string; errors: string }> {
  const [command, ...args] = shells[shell]
  const child = spawn(command, args, { env: { PATH: process.env.PATH ?? '' } })
  let output = ''
  let errors = ''
  child.stdout.on('data', chunk => {
    output += chunk
  })
  child.stderr.on('data', chunk => {
    errors += chunk
  })
  child.stdin.on('error', () => {})
  child.stdin.end(text)
  return new Promise(resolve => child.on('close', exitCode => resolve({ exitCode, output, errors })))
}

const plain = (output: string) =>
  output
    .split('\n')
    .filter(line => !line.startsWith('\u001b[32;1m$ '))
    .join('\n')

// pipeline-language: what `set -eo pipefail` over one program means, item by item. `null`: any failure.
const exitCodes: readonly [name: string, lines: readonly string[], withPipefail: number, without: number][] = [
  ['a failing command ends the job', ['false', 'echo no'], 1, 1],
  ['a failing command before a pipe fails where pipefail exists', ['false | true', 'echo after'], 1, 0],
  ['a failed test before && does not end the job', ['[ -f nope ] && echo y', 'echo go'], 0, 0],
  ['a failed test before && as the last command fails the job', ['echo go', '[ -f nope ] && echo y'], 1, 1],
  ['after set +e the status of the last command counts', ['set +e', 'false'], 1, 1],
  ['after set +e a good last command passes', ['set +e', 'false', 'echo hi'], 0, 0],
  ['exit 0 ends the job with success', ['exit 0', 'exit 1'], 0, 0],
  ['an inverted success as the last command fails', ['! true'], 1, 1],
  ['an inverted success before another command passes', ['! true', 'echo n'], 0, 0],
  ['a failing command substitution in an assignment fails', ['X=$(false)', 'echo n'], 1, 1],
  ['a failing command substitution in an argument passes', ['echo $(false)', 'echo n'], 0, 0],
  ['the exit status of a subshell is the status of the job', ['(exit 3)'], 3, 3],
  ['a command that does not exist is 127', ['nosuchcmd'], 127, 127],
  ['a failing command inside a plainly called function fails', ['f() { echo a; false; echo b; }; f', 'echo c'], 1, 1],
  ['an unfinished construct is a syntax error', ['echo first', 'if true; then'], 2, 2],
  ['a loop may span items', ['for i in 1 2; do', 'echo $i', 'done'], 0, 0],
  ['exit 256 is success', ['exit 256'], 0, 0],
  ['exec takes the place of the shell', ['exec true', 'exit 1'], 0, 0],
  ['exit 7 is 7', ['exit 7'], 7, 7],
]

describe.each(Object.keys(shells) as Shell[])('a script in %s', shell => {
  test.each(exitCodes)('%s', async (_name, lines, withPipefail, without) => {
    const { exitCode } = await feed(shell, composeScript(order(lines)))
    expect(exitCode).toBe((await hasPipefail(shell)) ? withPipefail : without)
  })

  test('a shell that gets only a part of the text runs nothing of it', async () => {
    const text = composeScript(order(['echo ran-one', 'echo "it\'s two"', 'echo ran-three']))
    const whole = text.lastIndexOf(')')
    for (const cut of [10, 40, Math.floor(whole / 3), Math.floor(whole / 2), text.indexOf('ran-three'), whole - 1]) {
      const { exitCode, output } = await feed(shell, text.slice(0, cut))
      expect(plain(output)).not.toContain('ran-')
      if (cut > text.indexOf('(trap')) expect(exitCode).not.toBe(0)
    }
  })

  test('commands are shown in green before they run, several lines collapsed', async () => {
    const { output } = await feed(shell, composeScript(order(['  echo one\\ntwo  ', '', 'echo a\necho b'])))
    expect(output.startsWith('\u001b[32;1m$ echo one\\ntwo\u001b[0;m\n')).toBe(true)
    expect(output.endsWith('\n\n\u001b[32;1m$ echo a # collapsed multi-line command\u001b[0;m\na\nb\n')).toBe(true)
  })

  test('variables reach the script byte for byte and nothing in them is run', async () => {
    const values = [
      '$(touch pwned)',
      '`id`',
      ';id',
      'zzz";echo${IFS}"hello";#',
      "it's\nmany\\lines ",
      '-n',
      '日本',
      '*',
    ]
    const variables = values.map((value, index) => ({ key: `V${index}`, value, file: false }))
    const lines = values.map((_, index) => `printf '<%s>' "$V${index}"`)
    const { output } = await feed(shell, composeScript(order(lines, { variables })))
    expect(plain(output.replaceAll('>\u001b', '>\n\u001b')).replaceAll('\n<', '<')).toContain(
      values.map(value => `<${value}>`).join(''),
    )
  })

  test('a variable that a shell cannot name is left to the environment', async () => {
    const variables = [
      { key: '1abc', value: 'x', file: false },
      { key: 'OK', value: 'fine', file: false },
    ]
    const { exitCode, output } = await feed(shell, composeScript(order(['echo $OK'], { variables })))
    expect([exitCode, plain(output)]).toEqual([0, 'fine\n'])
  })

  test('a file variable is a file and its path is the value', async () => {
    const variables = [{ key: 'KUBE', value: "a\n'b' $HOME\n", file: true }]
    const { output } = await feed(shell, composeScript(order(['echo $KUBE'], { variables })))
    expect(plain(output)).toBe(`${directory}/p.tmp/KUBE\n`)
    expect(readFileSync(`${directory}/p.tmp/KUBE`, 'utf8')).toBe("a\n'b' $HOME\n")
  })

  test('the user script reads nothing from standard input', async () => {
    const { output, exitCode } = await feed(shell, composeScript(order(['read x || echo empty', 'echo end'])))
    expect([exitCode, plain(output)]).toEqual([0, 'empty\nend\n'])
  })

  test('both outputs come in the order of writing', async () => {
    const lines = ['for i in 1 2 3; do echo o$i; echo e$i >&2; done']
    const { output, errors } = await feed(shell, composeScript(order(lines)))
    expect([plain(output), errors]).toEqual(['o1\ne1\no2\ne2\no3\ne3\n', ''])
  })

  test('CI_DEBUG_TRACE shows each command that the shell runs', async () => {
    const { output, errors } = await feed(shell, composeScript(order(['X=1; echo $X'], { xtrace: true })))
    expect([output, errors]).toEqual([expect.stringContaining('+ echo 1'), ''])
    expect(output.indexOf('set -o errexit')).toBeLessThan(output.indexOf('+ echo 1'))
  })

  test('noclobber of the image is undone', async () => {
    const text = `set -o noclobber\n${composeScript(order(['echo a > f', 'echo b > f', 'cat f']))}`
    expect(plain((await feed(shell, text)).output)).toBe('b\n')
  })
})

test('the container command finds a shell and hands it the script', async () => {
  const [command = '', ...args] = shellDetection
  const child = spawn(command, args)
  let output = ''
  child.stdout.on('data', chunk => {
    output += chunk
  })
  child.stdin.end(composeScript(order(['echo found'])))
  await new Promise(resolve => child.on('close', resolve))
  expect(plain(output)).toBe('found\n')
})

async function hasPipefail(shell: Shell): Promise<boolean> {
  return (await feed(shell, 'set -o')).output.includes('pipefail')
}
