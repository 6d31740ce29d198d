// Five kinds of tests. The quick ones run beside each other; those with real Docker, Redis and processes come after them, and
// e2e one file at a time, because each is a whole installation that measures itself against the clock of its pipelines.
import { defineConfig } from 'vitest/config'
import { printTotals } from './test/support/totals.ts'

const quick = { maxWorkers: 2, execArgv: ['--disable-warning=ExperimentalWarning'] }
const project = (name: string, settings: object) => ({
  test: { name, environment: 'node', ...quick, ...settings },
})

export default defineConfig({
  test: {
    globalSetup: './test/support/global-setup.ts',
    reporters: ['default', printTotals()],
    projects: [
      project('unit', {
        include: ['test/*.test.ts', 'test/unit/**/*.test.ts'],
        testTimeout: 20_000,
        hookTimeout: 60_000,
      }),
      project('contract', {
        include: ['test/contract/**/*.test.ts'],
        testTimeout: 60_000,
        hookTimeout: 60_000,
        sequence: { groupOrder: 1 },
      }),
      project('integration', {
        include: ['test/{integration,faults,security}/**/*.test.ts'],
        testTimeout: 120_000,
        hookTimeout: 120_000,
        sequence: { groupOrder: 2 },
      }),
      project('e2e', {
        include: ['test/e2e/**/*.test.ts'],
        testTimeout: 300_000,
        hookTimeout: 120_000,
        maxWorkers: 1,
        sequence: { groupOrder: 3 },
      }),
      // Hours, not minutes: only `npm run soak` asks for it. Faults and threats have two sizes of one code.
      ...(process.env.SLIPWAY_SOAK === undefined
        ? []
        : [
            project('soak', {
              include: ['test/{soak,faults,security}/**/*.test.ts'],
              testTimeout: 3_600_000,
              hookTimeout: 120_000,
              maxWorkers: 1,
              sequence: { groupOrder: 4 },
            }),
          ]),
    ],
  },
})
