import { expect, test } from 'vitest'
import { createRunnerMetrics } from '../../../src/runner/metrics.ts'

test('10,000 jobs make no more series than ten: nothing that a job can name is a label', async () => {
  const metrics = createRunnerMetrics(4)
  const runJobs = (count: number) => {
    for (let at = 0; at < count; at += 1) {
      metrics.jobStarted()
      metrics.jobEnded({ status: (['success', 'failed', 'canceled', 'left'] as const)[at % 4] ?? 'left', seconds: at })
    }
  }
  runJobs(10)
  const seriesOf = (text: string) => text.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  const few = seriesOf(await metrics.text())
  runJobs(10_000)
  const many = seriesOf(await metrics.text())
  expect(many.length).toBe(few.length)
  expect(many.find(line => line.includes('status="left"'))).toMatch(/ 2502$/)
})
