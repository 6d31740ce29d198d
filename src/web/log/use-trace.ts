// A log of the server's in a model of its own, for as long as it is shown.
import { useEffect, useMemo, useState } from 'preact/hooks'
import { subscribeTrace } from '../live/connection.ts'
import { createLogModel, type LogModel } from './log-model.ts'
import { createLogSource } from './log-source.ts'
import { readTrace } from './read-trace.ts'
import { followTrace } from './trace-bytes.ts'

export type Trace = {
  readonly model: LogModel
  readonly lengthBytes: number
  /** All of it has been read; of a job that runs, all until its end. */
  readonly isComplete: boolean
  readonly failure: string | null
}

export type TraceWish = {
  readonly jobId: number
  readonly url: string
  /** A log that is followed has come to its end. */
  readonly onEnd?: () => void
}

/** @param isLive what is written from now on is read, too */
export function useTrace({ jobId, url, onEnd }: TraceWish, isLive: boolean): Trace {
  const [restarts, setRestarts] = useState(0)
  const model = useMemo(() => createLogModel(createLogSource()), [jobId, restarts])
  const [lengthBytes, setLength] = useState(0)
  const [complete, setComplete] = useState<LogModel | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  useEffect(() => {
    model.follow.value = isLive && location.hash === ''
    const stop = followTrace({
      read: (start, end, signal) => readTrace(url, start, end, signal),
      subscribe: isLive ? listener => subscribeTrace(jobId, listener) : null,
      sink: {
        onBytes: bytes => model.source.write(bytes),
        onLength: setLength,
        onEnd: () => {
          model.source.finish()
          setComplete(model)
          if (isLive) onEnd?.()
        },
        onRestart: () => setRestarts(count => count + 1),
        onFailure: setFailure,
      },
    })
    return () => {
      stop()
      model.close()
    }
  }, [model])
  return { model, lengthBytes, isComplete: complete === model, failure }
}
