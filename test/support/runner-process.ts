// A real runner in a process of its own, that can be killed.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runnerToken } from './runner-protocol-server.ts'

export type RunnerHome = {
  readonly folder: string
  /** What the runner marks its things in the engine with; known once it was started. */
  readonly identity: () => string
  /** Writes its configuration anew. */
  readonly configure: (changes: object) => void
  /** Starts a process on the same data folder; its log goes to `lines`. */
  readonly start: (...args: string[]) => RunnerProcess
  readonly lines: string[]
  readonly remove: () => Promise<void>
}

export type RunnerProcess = {
  readonly pid: number
  readonly kill: (signal: NodeJS.Signals) => void
  readonly exited: Promise<number | null>
}

const main = join(import.meta.dirname, '../../src/main.ts')
const defineRunner = join(import.meta.dirname, '../../src/runner/config.ts')

export function createRunnerHome(
  url: string,
  config: object = {},
  { token = runnerToken, folder = mkdtempSync(join(tmpdir(), 'slipway-runner-')) } = {},
): RunnerHome {
  const file = join(folder, 'runner.config.ts')
  const configure = (changes: object) => {
    const docker = { pullPolicy: 'if-not-present', privileged: { services: ['docker:*dind*'], refs: 'all' } }
    const whole = JSON.stringify({ concurrency: 2, stopGrace: 2, docker, ...changes })
    writeFileSync(
      file,
      `import { defineRunner } from ${JSON.stringify(defineRunner)}\nexport default defineRunner(${whole})\n`,
    )
  }
  configure(config)
  const lines: string[] = []
  const children = new Set<ChildProcess>()

  function start(...args: string[]): RunnerProcess {
    const child = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        main,
        'runner',
        '--config',
        file,
        '--server',
        url,
        '--data',
        join(folder, 'data'),
        ...args,
      ],
      { env: { ...process.env, SLIPWAY_RUNNER_TOKEN: token }, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    children.add(child)
    child.stderr?.on('data', (chunk: Buffer) => lines.push(...chunk.toString().split('\n').filter(Boolean)))
    const exited = new Promise<number | null>(resolve => child.once('exit', code => resolve(code)))
    void exited.then(() => children.delete(child))
    return { pid: child.pid ?? 0, kill: signal => child.kill(signal), exited }
  }

  return {
    folder,
    identity: () => readFileSync(join(folder, 'data', 'identity'), 'utf8').trim(),
    configure,
    start,
    lines,
    remove: async () => {
      const ends = [...children].map(child => new Promise(resolve => child.once('exit', resolve)))
      for (const child of children) child.kill('SIGKILL')
      await Promise.all(ends)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
