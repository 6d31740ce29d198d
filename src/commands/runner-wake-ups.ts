// Where a runner's wake-ups come from: Redis if the server gave it the address, else asking by HTTP.
import { createJobIntake } from '../redis/job-intake.ts'
import { systemClock } from '../runner/clock.ts'
import { createHttpIntake } from '../runner/http-intake.ts'
import type { CancelFeed, Intake, RunnerDescription, ServerClient } from '../runner/ports.ts'

export type WakeUps = {
  readonly intake: Intake
  readonly cancelFeed: CancelFeed | null
  readonly close: () => Promise<void>
}

export async function openWakeUps(
  description: RunnerDescription,
  server: Pick<ServerClient, 'describe'>,
  onProblem: (message: string, error: unknown) => void,
): Promise<WakeUps> {
  if (description.redis === null) {
    return { intake: createHttpIntake(systemClock), cancelFeed: null, close: async () => {} }
  }
  const closing = new AbortController()
  const intake = await createJobIntake({
    ...description.redis,
    classes: async () => (await server.describe(closing.signal)).classes,
    onProblem,
  })
  return {
    intake,
    cancelFeed: intake,
    close: async () => {
      closing.abort(new Error('the runner ends'))
      await intake.close()
    },
  }
}
