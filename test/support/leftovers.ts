// What a run of the tests has left behind: processes that bear its mark, folders with its name, and objects in the Docker
// engine.
import { readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { connectDocker, type DockerObject, listSlipwayObjects } from './docker.ts'
import { testRun, testRunMark } from './test-run.ts'

/** Objects that were in the engine before; another runner's are told by its label. */
export type Before = {
  readonly ids: ReadonlySet<string>
  readonly runners: ReadonlySet<string>
}

export type Leftover = {
  readonly what: string
  /** Bears the name of this run. Others in the engine may be the work of somebody who uses it at the same time. */
  readonly isCertain: boolean
}

const runnerLabel = 'slipway.runner'

export async function lookBefore(): Promise<Before> {
  const objects = await dockerObjects()
  return {
    ids: new Set(objects.map(object => object.id)),
    runners: new Set(objects.flatMap(object => object.labels[runnerLabel] ?? [])),
  }
}

export async function findLeftovers(before: Before): Promise<readonly Leftover[]> {
  const [objects, processes, folders] = await Promise.all([dockerObjects(), markedProcesses(), markedFolders()])
  return [
    ...objects
      .filter(({ id, labels }) => !before.ids.has(id) && !before.runners.has(labels[runnerLabel] ?? ''))
      .map(({ kind, name, labels }) => `${kind} ${name} ${JSON.stringify(labels)}`)
      .map(what => ({ what, isCertain: what.includes(testRun()) })),
    ...processes.map(({ pid, command }) => ({ what: `process ${pid}: ${command}`, isCertain: true })),
    ...folders.map(path => ({ what: `folder ${path}`, isCertain: true })),
  ]
}

/** Tests that need no engine run without one, and then there is nothing of theirs in it. */
async function dockerObjects(): Promise<readonly DockerObject[]> {
  try {
    return await listSlipwayObjects(connectDocker())
  } catch (error) {
    if (isUnreachable(error)) return []
    throw error
  }
}

function isUnreachable(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'EACCES'
}

/** Processes that inherited the mark; the test runner's own, which end with it, are left out. */
async function markedProcesses(): Promise<readonly { readonly pid: string; readonly command: string }[]> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  const marked = await Promise.all(
    pids.map(async pid => {
      try {
        const environment = await readFile(`/proc/${pid}/environ`, 'utf8')
        const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim()
        const isOwn = Number(pid) === process.pid || command.includes('vitest') || command.includes('esbuild')
        return environment.split('\0').includes(testRunMark()) && !isOwn && command !== '' ? [{ pid, command }] : []
      } catch {
        // It ended while we looked, or it is another user's.
        return []
      }
    }),
  )
  return marked.flat()
}

async function markedFolders(): Promise<readonly string[]> {
  const names = await readdir(tmpdir())
  return names.filter(name => name.includes(`-${testRun()}-`)).map(name => `${tmpdir()}/${name}`)
}
