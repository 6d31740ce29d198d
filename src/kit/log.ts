// Structured log lines (pino, JSON) on standard error, so that standard output stays for what a command was asked for.
import { type DestinationStream, type Logger, pino } from 'pino'

export type Log = Logger

/** What must never stand in a log line, whatever object is logged. */
const secretPaths = [
  'password',
  'token',
  'secret',
  'authorization',
  '*.password',
  '*.token',
  '*.secret',
  '*.authorization',
]

export function createLog(options: {
  readonly level: 'silent' | 'error' | 'warn' | 'info' | 'debug'
  readonly destination?: DestinationStream
}): Log {
  return pino(
    { level: options.level, base: null, redact: { paths: secretPaths, censor: '[secret]' } },
    options.destination ?? pino.destination(2),
  )
}
