// Where a runner's wake-ups come from: Redis if the server gave it the address, else the long poll by HTTP.
import { createJobIntake } from '../redis/job-intake.ts'
import { systemClock } from '../runner/clock.ts'
import { createHttpIntake } from '../runner/http-intake.ts'
import type { CancelFeed, Intake, RunnerDescription, ServerClient } from '../runner/ports.ts'

export type WakeUps = { readonly intake: Intake; readonly cancelFeed: CancelFeed | null }

export async function openWakeUps(
  { redis }: RunnerDescription,
  server: ServerClient,
  onProblem: (message: string, error: unknown) => void,
): Promise<WakeUps> {
  if (redis === null) return { intake: createHttpIntake(server, systemClock), cancelFeed: null }
  const classes = async () => (await server.describe(AbortSignal.timeout(30_000))).classes
  const intake = await createJobIntake({ ...redis, classes, onProblem })
  return { intake, cancelFeed: intake }
}
