// The last line of a run, for people and programs that read only that: `412 passed, 0 failed`.
import type { Reporter, TestModule } from 'vitest/node'

export function printTotals(): Reporter {
  return {
    onTestRunEnd(modules) {
      const line = totals(modules)
      // After everything else that is printed, errors of the global teardown included.
      process.once('exit', code => {
        const isOtherFailure = code !== 0 && !/[1-9]\d* (failed|files)/.test(line)
        process.stdout.write(`${line}${isOtherFailure ? ', but the run failed: see above' : ''}\n`)
      })
    },
  }
}

function totals(modules: readonly TestModule[]): string {
  const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 }
  let brokenFiles = 0
  for (const module of modules) {
    for (const test of module.children.allTests()) counts[test.result().state] += 1
    if (module.errors().length > 0) brokenFiles += 1
  }
  const skipped = counts.skipped + counts.pending
  return [
    `${counts.passed} passed`,
    `${counts.failed} failed`,
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ...(brokenFiles > 0 ? [`${brokenFiles} files could not be run`] : []),
  ].join(', ')
}
