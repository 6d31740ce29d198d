// What a runner can be asked on its local port: Prometheus metrics, and whether it lives.
import { createServer } from 'node:http'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { JobOutcome } from '../run/model.ts'

export type RunnerMetrics = {
  readonly jobStarted: () => void
  readonly jobEnded: (end: { readonly status: JobOutcome['status'] | 'left'; readonly seconds: number }) => void
  readonly heard: (isHeard: boolean) => void
  readonly stuckRooms: (count: number) => void
  readonly text: () => Promise<string>
  readonly isHealthy: () => boolean
}

export function createRunnerMetrics(concurrency: number): RunnerMetrics {
  const registers = [new Registry()]
  const running = new Gauge({ name: 'slipway_runner_jobs_running', help: 'Jobs that run now', registers })
  const slots = new Gauge({ name: 'slipway_runner_slots', help: 'Jobs that may run at the same time', registers })
  const ended = new Counter({
    name: 'slipway_runner_jobs_total',
    help: 'Jobs that ended, by status',
    labelNames: ['status'],
    registers,
  })
  const duration = new Histogram({
    name: 'slipway_runner_job_duration_seconds',
    help: 'From the claim to the acknowledged end',
    buckets: [1, 2, 5, 10, 30, 60, 300, 900, 3600],
    registers,
  })
  const silence = new Gauge({
    name: 'slipway_runner_server_heard',
    help: '1: the last heartbeat was answered',
    registers,
  })
  const stuck = new Gauge({
    name: 'slipway_runner_stuck_rooms',
    help: 'Jobs that ended, but whose containers the engine cannot remove',
    registers,
  })
  slots.set(concurrency)
  let isHeard = true
  return {
    jobStarted: () => running.inc(),
    jobEnded: ({ status, seconds }) => {
      running.dec()
      ended.inc({ status })
      duration.observe(seconds)
    },
    heard: heardNow => {
      isHeard = heardNow
      silence.set(heardNow ? 1 : 0)
    },
    stuckRooms: count => stuck.set(count),
    text: () => registers[0]?.metrics() ?? Promise.resolve(''),
    isHealthy: () => isHeard,
  }
}

export type MetricsServer = { readonly close: () => Promise<void> }

export function serveMetrics(
  metrics: RunnerMetrics,
  address: { readonly host: string; readonly port: number },
): Promise<MetricsServer> {
  const server = createServer(async (request, response) => {
    if (request.url === '/metrics')
      response.setHeader('content-type', 'text/plain; version=0.0.4').end(await metrics.text())
    else if (request.url === '/-/live') response.end('ok\n')
    else if (request.url === '/-/ready') response.writeHead(metrics.isHealthy() ? 200 : 503).end()
    else response.writeHead(404).end()
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(address.port, address.host, () =>
      resolve({ close: () => new Promise(done => server.close(() => done()).closeAllConnections()) }),
    )
  })
}
