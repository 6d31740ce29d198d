// The runner that `slipway up` keeps on the same machine: a process of its own, started again when it dies. It finds its jobs
// as it left them.
import { spawn } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import packagedConfig from '../../runner.config.ts'
import type { Log } from '../kit/log.ts'
import { hashToken, mintToken } from '../kit/token.ts'
import type { RunnerStore } from '../run/store-ports.ts'

export type LocalRunner = {
  /** Its jobs may end until the deadline; then they are canceled. */
  readonly stop: (deadlineMs: number) => Promise<void>
}

const launcher = join(import.meta.dirname, '../../bin/slipway')
const restartAfterMs = 1000

export async function startLocalRunner(deps: {
  readonly dataFolder: string
  readonly serverUrl: string
  /** Who signed the server's certificate, when no public authority did. */
  readonly caFile: string | null
  readonly runners: RunnerStore
  readonly log: Log
  /** Where its log lines go. */
  readonly output: 'inherit' | 'ignore'
}): Promise<LocalRunner> {
  const { dataFolder, log } = deps
  const tokenFile = await ensureToken(dataFolder, deps.runners)
  const folder = join(dataFolder, 'runner')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const authority = deps.caFile === null ? [] : ['--ca-file', deps.caFile]
  const place = ['--server', deps.serverUrl, ...authority, '--token-file', tokenFile, '--data', folder]
  let isStopping = false
  let current = launch()

  function launch() {
    // The pipe on its standard input tells it when this process is gone, however it ended.
    const child = spawn(launcher, ['runner', ...place, '--with-parent'], {
      stdio: ['pipe', deps.output, deps.output],
      detached: true,
    })
    const ended = new Promise<void>(resolve => {
      child.once('error', error => log.error({ err: error }, 'the runner could not be started'))
      child.once('close', (code, signal) => {
        if (!isStopping) log.warn({ code, signal }, 'the runner ended and is started again')
        resolve()
      })
    })
    return { child, ended }
  }

  async function supervise(): Promise<void> {
    while (!isStopping) {
      await current.ended
      if (isStopping) return
      await sleep(restartAfterMs)
      if (!isStopping) current = launch()
    }
  }

  const supervision = supervise()
  return {
    async stop(deadlineMs) {
      isStopping = true
      current.child.kill('SIGTERM')
      const impatience = setTimeout(() => current.child.kill('SIGTERM'), deadlineMs)
      await current.ended
      clearTimeout(impatience)
      await supervision
    },
  }
}

/** The runner's row is made at the first start; its token lies beside the other keys. */
async function ensureToken(dataFolder: string, runners: RunnerStore): Promise<string> {
  const file = join(dataFolder, 'keys', 'runner-token')
  const known = await readFile(file, 'utf8').catch(() => '')
  if (known !== '' && (await runners.byToken(hashToken(known.trim()))) !== null) return file
  const { token, hash } = mintToken('glrt-')
  await writeFile(file, `${token}\n`, { mode: 0o600, flush: true })
  const tags = packagedConfig.tags ?? []
  const runner = { description: 'this machine', tags, runUntagged: true, isPaused: false, isProtectedOnly: false }
  await runners.create({ ...runner, scope: 'instance', projectIds: [], groupIds: [] }, hash, new Date().toISOString())
  return file
}
