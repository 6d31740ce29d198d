// Expected failures of this slice: code → HTTP status and default message.
import { AppError } from '../kit/errors.ts'

export const runErrors = {
  pipeline_not_found: { status: 404, message: 'there is no such pipeline' },
  job_not_found: { status: 404, message: 'there is no such job' },
  environment_not_found: { status: 404, message: 'there is no such environment' },
  job_not_playable: { status: 400, message: 'only manual and delayed jobs that have not run can be played' },
  job_not_cancelable: { status: 403, message: 'the job has ended already' },
  job_not_retryable: { status: 403, message: 'only the latest attempt of a job that has ended can be retried' },
  job_not_scheduled: { status: 400, message: 'the job does not wait for its time' },
  dotenv_invalid: { status: 400, message: 'the dotenv report is not valid' },
  id_tokens_unsigned: { status: 500, message: 'the job asks for id_tokens, and this server has no key to sign them' },
  start_forbidden: { status: 403, message: 'you may not start this job' },
  deployment_forbidden: { status: 403, message: 'who started the job may not deploy there' },
  deployment_refused: { status: 400, message: 'the deployment cannot be recorded' },
  deployment_of_job: {
    status: 403,
    message: '403 Forbidden - Deployments created using GitLab CI can not be updated using the API',
  },
  outdated_deployment: { status: 400, message: 'a newer deployment went before this one' },
  release_exists: { status: 409, message: 'Release already exists' },
  release_refused: { status: 422, message: 'the release cannot be made' },
  cron_invalid: { status: 400, message: 'the cron is not valid' },
  timezone_invalid: { status: 400, message: 'the time zone is not known' },
  chain_too_long: {
    status: 400,
    message: 'the job may start no pipeline: ten pipelines in a row were each started by a job of the one before',
  },
  pipeline_busy: { status: 409, message: 'the pipeline changes too often; try again' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly message: string }>>

export type RunErrorCode = keyof typeof runErrors

export function runError(code: RunErrorCode, message: string = runErrors[code].message): AppError {
  return new AppError(code, message)
}
