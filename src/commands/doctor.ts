// What is wrong with an installation, and the mend: the machine first, then the server that the client commands use.
import { constants } from 'node:fs'
import { access, mkdir, statfs } from 'node:fs/promises'
import { styleText } from 'node:util'
import type { Command } from 'commander'
import { execa } from 'execa'
import { readServerConfig } from '../config.ts'
import { connectEngine, readEngineFacts } from '../executor/docker/engine.ts'
import { AppError, messageOf } from '../kit/errors.ts'
import { reasonOfConnection, trustAuthority } from '../kit/trust.ts'
import { authorityFromEnvironment } from './credentials.ts'

type Finding = {
  readonly check: string
  readonly state: 'good' | 'warning' | 'bad'
  readonly found: string
  readonly mend: string | null
}

const freeBytesWanted = 5 * 1024 ** 3
const answerWithinMs = 5000

export function register(program: Command): void {
  program
    .command('doctor')
    .summary('tell what is wrong with an installation, and the mend')
    .description('Look at this machine (Node, git, Redis, Docker, data folder) and at the server of SLIPWAY_URL.')
    .option('--data <folder>', 'the data folder to look at')
    .option('--json', 'print JSON')
    .action(async (options: { data?: string; json?: boolean }) => {
      const findings = await Promise.all([
        checkNode(),
        checkProgram('git', ['--version'], 'bad', 'apt-get install git'),
        checkProgram('redis-server', ['--version'], 'warning', 'apt-get install redis-server, or give --redis URL'),
        checkEngine(),
        checkDataFolder(options.data),
        checkServer(),
      ])
      process.stdout.write(
        options.json === true ? `${JSON.stringify(findings, null, 2)}\n` : findings.map(lineOf).join(''),
      )
      if (findings.some(finding => finding.state === 'bad'))
        throw new AppError('doctor_found_faults', 'something is wrong; see above')
    })
}

function checkNode(): Finding {
  const found = `Node ${process.versions.node}`
  const isGood = Number(process.versions.node.split('.')[0]) >= 24
  return {
    check: 'node',
    state: isGood ? 'good' : 'bad',
    found,
    mend: isGood ? null : 'run bin/slipway, or install Node 24',
  }
}

async function checkProgram(
  name: string,
  words: readonly string[],
  state: 'warning' | 'bad',
  mend: string,
): Promise<Finding> {
  const result = await execa(name, words, { reject: false, timeout: answerWithinMs })
  if (result.exitCode === 0)
    return { check: name, state: 'good', found: result.stdout.split('\n')[0] ?? '', mend: null }
  return { check: name, state, found: 'not found', mend }
}

async function checkEngine(): Promise<Finding> {
  try {
    const facts = await readEngineFacts(connectEngine(process.env.DOCKER_HOST ?? null))
    return { check: 'docker', state: 'good', found: `engine ${facts.version}, ${facts.cpus} processors`, mend: null }
  } catch (error) {
    return {
      check: 'docker',
      state: 'bad',
      found: messageOf(error),
      mend: 'start Docker, or set DOCKER_HOST; `export $(sh scripts/engine env)` where `npm start` has brought an engine',
    }
  }
}

async function checkDataFolder(data: string | undefined): Promise<Finding> {
  const folder = readServerConfig(data === undefined ? {} : { data }, process.env).dataFolder
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await access(folder, constants.W_OK)
    const { bavail, bsize } = await statfs(folder)
    const freeBytes = bavail * bsize
    const found = `${folder}, ${(freeBytes / 1024 ** 3).toFixed(1)} GiB free`
    return freeBytes < freeBytesWanted
      ? { check: 'data folder', state: 'warning', found, mend: 'free some space, or choose another folder with --data' }
      : { check: 'data folder', state: 'good', found, mend: null }
  } catch (error) {
    return {
      check: 'data folder',
      state: 'bad',
      found: messageOf(error),
      mend: 'choose a folder that you may write to with --data',
    }
  }
}

async function checkServer(): Promise<Finding> {
  const url = process.env.SLIPWAY_URL ?? 'http://127.0.0.1:8080'
  try {
    const authority = authorityFromEnvironment()
    if (authority !== undefined) trustAuthority(authority)
    const response = await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(answerWithinMs) })
    const text = await response.text()
    if (response.ok) return { check: 'server', state: 'good', found: `${url} is ready`, mend: null }
    return {
      check: 'server',
      state: 'bad',
      found: `${url} answers ${response.status}: ${text.slice(0, 300)}`,
      mend: "look into the server's log",
    }
  } catch (error) {
    return {
      check: 'server',
      state: 'warning',
      found: `nothing answers at ${url}: ${reasonOfConnection(error)}`,
      mend: 'start it with `slipway up`, or set SLIPWAY_URL',
    }
  }
}

const marks = { good: styleText('green', '✓'), warning: styleText('yellow', '!'), bad: styleText('red', '✗') }

function lineOf(finding: Finding): string {
  const mend = finding.mend === null ? '' : `\n    ${finding.mend}`
  return `${marks[finding.state]} ${finding.check}: ${finding.found}${mend}\n`
}
