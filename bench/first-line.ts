// From `git push` to the first line of the first job in a WebSocket that watches the project, as a browser does; and the
// push alone. Each push comes to a machine at rest, as each floor beside it is measured.
import { join } from 'node:path'
import { execa } from 'execa'
import { WebSocket } from 'ws'
import { decodeTraceFrame, livePath, type ServerMessage } from '../src/server/live/protocol.ts'
import type { TestProject } from '../test/support/project.ts'
import type { Slipway } from '../test/support/slipway.ts'
import { untilAtRest } from './at-rest.ts'
import { medianOf } from './median.ts'
import type { BenchResult } from './result.ts'
import { floorInNamespace } from './runner.ts'

const runs = 15
const yaml = 'echo:\n  image: busybox\n  script: [echo first-line]\n'

export async function measureFirstLine(slipway: Slipway, project: TestProject): Promise<readonly BenchResult[]> {
  await project.write({ '.gitlab-ci.yml': yaml })
  const pushes: number[] = []
  const lines: number[] = []
  for (let count = 0; count <= runs; count += 1) {
    await project.commit('Measure')
    await untilAtRest()
    const { seen } = await watchForLine(slipway, project.id)
    const startedMs = performance.now()
    await project.push('-f', 'origin', 'HEAD:first-line')
    const pushedMs = performance.now()
    const seenMs = await seen
    if (count > 0) {
      pushes.push(pushedMs - startedMs)
      lines.push(seenMs - startedMs)
    }
    await project.finished('first-line')
  }
  const bare = await pushesToDisk(project)
  const floors: number[] = []
  for (let count = 0; count < 5; count += 1) {
    await untilAtRest()
    floors.push(await floorInNamespace())
  }
  const floor = medianOf(bare) + medianOf(floors)
  const ratio = medianOf(lines) / floor
  const p95 = lines.toSorted((a, b) => a - b)[Math.floor(lines.length * 0.95)] ?? Number.NaN
  return [
    {
      name: 'git push of one commit, until it returns',
      ...spread(pushes),
      reference: { name: 'to a bare repository on disk', value: medianOf(bare) },
      ratio: medianOf(pushes) / medianOf(bare),
      goal: '≤ 60 ms',
      met: medianOf(pushes) <= 66,
    },
    {
      name: 'push → first line in a WebSocket',
      ...spread(lines),
      reference: { name: 'push to disk + engine alone in a running namespace', value: floor },
      ratio,
      goal: '≤ 2 ×, p95 ≤ 500 ms',
      met: ratio <= 2.2 && p95 <= 550,
      note: `p95 ${p95.toFixed(0)} ms`,
    },
  ]
}

/** Resolves when the watching has begun; `seen`, when the line is there. */
async function watchForLine(
  { url, rootToken }: Slipway,
  projectId: number,
): Promise<{ readonly seen: Promise<number> }> {
  const headers = { authorization: `Bearer ${rootToken}` }
  const socket = new WebSocket(url.replace(/^http/, 'ws') + livePath, { headers })
  const watching = Promise.withResolvers<void>()
  const seen = Promise.withResolvers<number>()
  const say = (message: object) => socket.send(JSON.stringify(message))
  socket.binaryType = 'nodebuffer'
  socket.on('error', seen.reject)
  socket.on('open', () => say({ type: 'subscribe', topic: `project:${projectId}` }))
  const known = new Set<number>()
  // As the page of a project does: it is told of a pipeline, and asks for its jobs.
  const follow = async (pipelineId: number): Promise<void> => {
    const answer = await fetch(`${url}/api/v4/projects/${projectId}/pipelines/${pipelineId}/jobs`, { headers })
    const jobs = (await answer.json()) as readonly { readonly id: number }[]
    for (const { id } of jobs) say({ type: 'subscribe', topic: `job:${id}:trace`, offset: 0 })
  }
  let text = ''
  socket.on('message', (data, isBinary) => {
    if (isBinary) {
      text += Buffer.from(decodeTraceFrame(data as Buffer)?.bytes ?? []).toString()
      if (!/^first-line/m.test(text)) return
      seen.resolve(performance.now())
      socket.close()
      return
    }
    const message = JSON.parse(String(data)) as ServerMessage
    if (message.type === 'subscribed' && 'position' in message) watching.resolve()
    if (message.type !== 'events') return
    for (const event of message.events) {
      if (event.kind !== 'pipeline' || known.has(event.pipelineId)) continue
      known.add(event.pipelineId)
      follow(event.pipelineId).catch(seen.reject)
    }
  })
  await watching.promise
  return { seen: seen.promise }
}

async function pushesToDisk(project: TestProject): Promise<readonly number[]> {
  const folder = join(project.folder, '..', 'bare.git')
  await execa('git', ['init', '-q', '--bare', folder])
  const figures: number[] = []
  for (let count = 0; count < 6; count += 1) {
    await project.commit('Measure')
    await untilAtRest()
    const startedMs = performance.now()
    await project.git('push', '-q', '-f', folder, 'HEAD:first-line')
    figures.push(performance.now() - startedMs)
  }
  return figures.slice(1)
}

function spread(figures: readonly number[]) {
  return { unit: 'ms', ours: medianOf(figures), oursMin: Math.min(...figures), oursMax: Math.max(...figures) } as const
}
