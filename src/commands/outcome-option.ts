// `--outcome JOB=STATE[,STATE…]` of `slipway plan`.
import { AppError } from '../kit/errors.ts'
import { type FailureReason, failureReasons, type JobOutcome } from '../run/model.ts'

/** @throws AppError `usage` */
export function readOutcome(text: string): { readonly job: string; readonly outcomes: readonly JobOutcome[] } {
  const split = text.lastIndexOf('=')
  if (split <= 0) throw new AppError('usage', `--outcome: expected JOB=STATE, found '${text}'`)
  return {
    job: text.slice(0, split),
    outcomes: text
      .slice(split + 1)
      .split(',')
      .map(readState),
  }
}

function readState(word: string): JobOutcome {
  if (word === 'success' || word === 'canceled') return { status: word }
  if (word === 'failed') return failed('script_failure', 1)
  const detail = /^failed:(.+)$/.exec(word)?.[1]
  if (detail !== undefined && /^\d+$/.test(detail)) return failed('script_failure', Number(detail))
  const reason = failureReasons.find(each => each === detail)
  if (reason !== undefined) return failed(reason, null)
  const expected = 'success, failed, failed:EXIT_CODE, failed:REASON or canceled'
  const reasons = detail === undefined ? '' : ` (reasons: ${failureReasons.join(', ')})`
  throw new AppError('usage', `--outcome: expected ${expected}, found '${word}'${reasons}`)
}

function failed(failureReason: FailureReason, exitCode: number | null): JobOutcome {
  return { status: 'failed', failureReason, failureDetail: null, exitCode, message: 'as --outcome says' }
}
