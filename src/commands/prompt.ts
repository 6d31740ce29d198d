// Asks for what must not stand in a command line: passwords, tokens, secret values. On a terminal nothing of it is shown;
// otherwise it is read from standard input.
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { AppError } from '../kit/errors.ts'

export async function askSecret(question: string): Promise<string> {
  const secret = process.stdin.isTTY ? await askHidden(question) : (await text(process.stdin)).replace(/\r?\n$/, '')
  if (secret === '') throw new AppError('usage', `${question}: nothing was given`)
  return secret
}

export async function ask(question: string): Promise<string> {
  if (!process.stdin.isTTY) throw new AppError('usage', `${question}: standard input is no terminal to ask on`)
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await lines.question(`${question}: `)).trim()
  } finally {
    lines.close()
  }
}

async function askHidden(question: string): Promise<string> {
  process.stderr.write(`${question}: `)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true })
  try {
    return await lines.question('')
  } finally {
    lines.close()
    process.stderr.write('\n')
  }
}
