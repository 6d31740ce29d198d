// An intake for hosts that are given no Redis: GitLab's long poll, which waits at the server and claims by itself.
import type { Clock, Intake, ServerClient } from './ports.ts'
import { untilAnswered } from './retry.ts'

export function createHttpIntake(server: Pick<ServerClient, 'request'>, clock: Clock): Intake {
  return {
    next: async signal => {
      for (;;) {
        const payload = await untilAnswered(() => server.request(signal), clock, signal)
        if (payload !== null) return { jobId: payload.id, payload }
      }
    },
    close: async () => {},
  }
}
