// Logs for the viewer: one with everything in it, one that is very long.
const encoder = new TextEncoder()

export function sampleLog(): Uint8Array {
  const start = Math.floor(Date.now() / 1000) - 90
  const section = (
    name: string,
    from: number,
    to: number,
    title: string,
    lines: readonly string[],
    options = '',
  ): string =>
    `section_start:${start + from}:${name}${options}\r\x1b[0K\x1b[36;1m${title}\x1b[0m\n${lines.join('\n')}\nsection_end:${start + to}:${name}\r\x1b[0K`
  const progress = Array.from(
    { length: 21 },
    (_, index) => `\rDownloading ${'#'.repeat(index)}${' '.repeat(20 - index)} ${index * 5} %`,
  ).join('')
  return encoder.encode(
    [
      '\x1b[0KRunning with slipway-runner 0.1.0 on host-1\n',
      section('prepare_executor', 0, 2, 'Preparing the job', ['Using image docker:git', 'Pulling service docker:dind']),
      section('get_sources', 2, 3, 'Getting the source', [
        'Fetching changes with git depth 20',
        'Checked out 4f9a1c22 as feature/returns',
      ]),
      section('step_script', 3, 80, 'Running the script', [
        '\x1b[32;1m$ npm ci --prefer-offline\x1b[0m',
        progress,
        'added 214 packages in 3s',
        '\x1b[32;1m$ npm test\x1b[0m',
        ...Array.from(
          { length: 120 },
          (_, index) =>
            `\x1b[32m✓\x1b[0m \x1b[90mreturns/case-${index + 1}\x1b[0m ${index % 9 === 0 ? '\x1b[33mslow\x1b[0m ' : ''}(${(index * 7) % 90} ms)`,
        ),
        'first\x1b[1B',
        '\x1b[31m✗ returns in two currencies\x1b[0m',
        '  \x1b[31;1mAssertionError\x1b[0m: expected 12.50 to equal 12.49',
        '    at bill (/app/src/bill.ts:41:11)   see https://example.com/docs/rounding?x=1&y=<b>.',
        '<script>window.pwned = 1</script> \x1b]8;;https://evil.example\x07click\x1b]8;;\x07 \u202Etxt.exe',
        '\x1b[48;5;54m\x1b[38;5;220m 256 colours \x1b[0m \x1b[38;2;255;120;10mtrue colour\x1b[0m \x1b[7minverse\x1b[0m \x1b[4munderlined\x1b[0m \x1b[9mstruck\x1b[0m',
        `A long line: ${'0123456789 '.repeat(40)}`,
      ]),
      section(
        'after_script',
        80,
        84,
        'Running after_script',
        Array.from({ length: 12 }, (_, index) => `collected report-${index}.xml`),
        '[collapsed=true]',
      ),
      '\x1b[31;1mERROR: Job failed: exit code 1\x1b[0m\n',
    ].join(''),
  )
}

/** The same job, run once before: a few lines are others, some are not there, some are more. */
export function earlierLog(): Uint8Array {
  const text = new TextDecoder().decode(sampleLog())
  return encoder.encode(
    text
      .replace('on host-1', 'on host-2')
      .replace(/.*case-40\x1b.*\n/, '')
      .replace('expected 12.50', 'expected 12.51')
      .replace('added 214 packages', 'npm warn a package is old\nnpm warn another, too\nadded 214 packages'),
  )
}

/** `lines` lines of about a hundred bytes, a section every thousand. */
export function longLog(lines: number): Uint8Array {
  const parts: string[] = []
  for (let line = 0; line < lines; line += 1) {
    if (line % 1000 === 0)
      parts.push(`section_start:1700000000:part_${line / 1000}\r\x1b[0K\x1b[36;1mPart ${line / 1000}\x1b[0m\n`)
    parts.push(
      `\x1b[90m${String(line).padStart(8, '0')}\x1b[0m compiled module \x1b[32msrc/feature-${line % 97}/file-${line}.ts\x1b[0m in ${line % 83} ms, size ${(line * 31) % 9999}\n`,
    )
    if (line % 1000 === 999) parts.push(`section_end:1700000004:part_${Math.floor(line / 1000)}\r\x1b[0K`)
  }
  return encoder.encode(parts.join(''))
}
