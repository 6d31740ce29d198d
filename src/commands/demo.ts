// `slipway demo`: everything started in a folder of its own, a sample project pushed, its pipeline followed to the end.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { styleText } from 'node:util'
import type { Command } from 'commander'
import { type Address, readServerConfig } from '../config.ts'
import { createLog } from '../kit/log.ts'
import { type Client, createClient, encodeKey } from './client.ts'
import { pushSample } from './demo/sample.ts'
import { untilAskedToEnd } from './server-options.ts'
import { startAll } from './up.ts'
import { watchPipeline } from './watch-pipeline.ts'

export function register(program: Command): void {
  program
    .command('demo')
    .summary('start everything, push a sample project and follow its pipeline')
    .description('Start everything in a temporary folder, push a sample project and follow its four-stage pipeline.')
    .option('--exit', "stop at the end of the pipeline, with the pipeline's status as exit status")
    .option('--listen <host:port>', 'address to listen on (default: 127.0.0.1:8080, or a free port)')
    .action(demo)
}

const projectPath = 'my-group/my-project'
const usual: Address = { host: '127.0.0.1', port: 8080 }

async function demo(options: { exit?: boolean; listen?: string }): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-demo-'))
  const password = randomBytes(9).toString('base64url')
  const token = `glpat-${randomBytes(24).toString('base64url')}`
  const listen = options.listen ?? (await freeAddress())
  const config = readServerConfig(
    { data: join(folder, 'data'), listen: [listen], registryUrl: 'http://registry.example.com' },
    { SLIPWAY_ROOT_PASSWORD: password, SLIPWAY_ROOT_TOKEN: token },
  )
  const asked = untilAskedToEnd()
  try {
    say('Starting Redis, the server and a runner …')
    const running = await startAll(config, createLog({ level: 'error' }), 'ignore')
    try {
      const client = createClient({ url: config.url, token })
      const status = await Promise.race([showPipeline(client, join(folder, 'project'), token), asked])
      if (status !== 'success') process.exitCode = 1
      if (options.exit === true || status === 'SIGTERM' || status === 'SIGINT') return
      await showTags(client)
      say(
        `\nSlipway stays up at ${styleText('bold', config.url)} — sign in as root with the password ${styleText('bold', password)}`,
      )
      say('Ctrl-C stops it and removes everything that it made.')
      await asked
      process.exitCode = 0
    } finally {
      say('Stopping …')
      await running.stop()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function showPipeline(client: Client, folder: string, token: string): Promise<string> {
  const group = await client.post<{ id: number }>('/groups', { name: 'my-group', path: 'my-group' })
  const project = await client.post<{ id: number }>('/projects', { path: 'my-project', namespace_id: group.id })
  say(`Pushing a sample project to ${client.url}/${projectPath}.git …`)
  say(await pushSample({ folder, remote: `${client.url}/${projectPath}.git`, token }))
  const [pipeline] = await client.list<{ id: number; web_url: string }>(`/projects/${project.id}/pipelines`)
  if (pipeline === undefined) return 'failed'
  const status = await watchPipeline(client, { projectId: project.id, pipelineId: pipeline.id }, job =>
    say(`  ${mark(job.status)} ${job.stage} · ${job.name}: ${job.status}`),
  )
  say(`Pipeline #${pipeline.id}: ${mark(status)} ${styleText('bold', status)}  ${pipeline.web_url}`)
  return status
}

async function showTags(client: Client): Promise<void> {
  const place = `/projects/${encodeKey(projectPath)}/registry/repositories`
  for (const { id, location } of await client.list<{ id: number; location: string }>(place)) {
    say(`\nImages of ${location}:`)
    for (const { name } of await client.list<{ name: string }>(`${place}/${id}/tags`)) {
      const tag = await client.get<{ digest: string; total_size: number | null }>(`${place}/${id}/tags/${name}`)
      say(`  ${name.padEnd(10)} ${tag.digest.slice(0, 19)}  ${((tag.total_size ?? 0) / 1024 ** 2).toFixed(1)} MiB`)
    }
  }
}

/** The usual port, unless somebody has it. */
async function freeAddress(): Promise<string> {
  for (const port of [usual.port, 0]) {
    const found = await tryPort(port)
    if (found !== null) return `${usual.host}:${found}`
  }
  return `${usual.host}:${usual.port}`
}

function tryPort(port: number): Promise<number | null> {
  return new Promise(resolve => {
    const probe = createServer()
    probe.once('error', () => resolve(null))
    probe.listen(port, usual.host, () => {
      const address = probe.address()
      probe.close(() => resolve(address === null || typeof address === 'string' ? null : address.port))
    })
  })
}

function mark(status: string): string {
  if (status === 'success') return styleText('green', '✓')
  if (status === 'failed' || status === 'canceled') return styleText('red', '✗')
  return styleText('cyan', '●')
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
