// The log viewer: the whole log from its first line, however long, live while the job runs.
import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useShortcuts } from '../keyboard.ts'
import { Notice } from '../ui/notice.tsx'
import { FindBar } from './find-bar.tsx'
import type { LogModel } from './log-model.ts'
import { LogRows } from './log-rows.tsx'
import { LogToolbar, type ToolbarActions, toggleTimestamps } from './log-toolbar.tsx'
import { stepFound } from './step-found.ts'
import type { TraceTimes } from './trace-times.ts'
import { useLineLink } from './use-line-link.ts'
import { useTrace } from './use-trace.ts'
import { useTraceTimes } from './use-trace-times.ts'
import { setWrap, timestampMode, wrapLines } from './view-options.ts'
import './log.css'

type LogViewProps = {
  readonly jobId: number
  readonly url: string
  /** Opened in a tab of its own. */
  readonly rawUrl: string
  readonly readTimes: (signal: AbortSignal) => Promise<TraceTimes>
  readonly isRunning: boolean
  readonly startedAt: string | null
  readonly onEnd: () => void
}

export function LogView(props: LogViewProps): JSX.Element {
  const [isLive] = useState(props.isRunning)
  const { model, lengthBytes, failure } = useTrace(props, isLive)
  const link = useLineLink(model)
  const timeAt = useTraceTimes(props.readTimes, props.isRunning)
  const [isFinding, setFinding] = useState(false)
  const frame = useRef<HTMLDivElement>(null)
  const isFullScreen = useFullScreen(frame)
  const actions = actionsOf(model, frame, setFinding)
  useLogKeys(model, actions)

  function closeFind(): void {
    setFinding(false)
    model.source.find('')
    frame.current?.querySelector<HTMLElement>('.log-area')?.focus()
  }

  return (
    <div class="log" ref={frame}>
      <LogToolbar
        model={model}
        {...actions}
        rawUrl={props.rawUrl}
        isRunning={props.isRunning}
        isFullScreen={isFullScreen}
        lengthBytes={lengthBytes}
      />
      {isFinding && <FindBar model={model} onClose={closeFind} />}
      {failure !== null && <Notice tone="red">{failure}</Notice>}
      <LogRows
        model={model}
        startedAt={props.startedAt === null ? 0 : Date.parse(props.startedAt)}
        timeAt={timeAt}
        selection={link.selection}
        onSelect={link.select}
        isWrapped={wrapLines.value}
        timestamps={timestampMode.value}
      />
      {props.isRunning && (
        <div class="log-running" role="status">
          <span class="spinner" /> {model.source.rowCount.value === 0 ? 'Waiting for the first line' : 'Running'}
        </div>
      )}
    </div>
  )
}

function actionsOf(
  model: LogModel,
  frame: { readonly current: HTMLElement | null },
  setFinding: (on: boolean) => void,
): ToolbarActions {
  return {
    onFind: () => {
      if (model.source.found.peek().kind === 'failures') model.source.find('')
      setFinding(true)
      frame.current?.querySelector<HTMLInputElement>('.log-find input')?.select()
    },
    onNextFailure: () => {
      if (model.source.found.peek().kind === 'failures') return stepFound(model, 1)
      setFinding(false)
      model.source.find('', 'failures')
      const stop = model.source.found.subscribe(found => {
        if (found.kind !== 'failures' || (found.rows.length === 0 && !found.isDone)) return
        queueMicrotask(() => stop())
        stepFound(model, 1)
      })
    },
    onFullScreen: () => {
      if (document.fullscreenElement !== null) void document.exitFullscreen()
      else void frame.current?.requestFullscreen()
    },
    onTop: () => model.reveal(0),
    onBottom: () => model.reveal(Math.max(0, model.source.rowCount.peek() - 1)),
  }
}

function useLogKeys(model: LogModel, actions: ToolbarActions): void {
  useShortcuts([
    { key: '/', label: 'Find in the log', act: actions.onFind },
    { key: 'n', label: 'Next hit', act: () => stepFound(model, 1) },
    { key: 'N', label: 'Previous hit', act: () => stepFound(model, -1) },
    { key: 'f', label: 'Next line that tells of a failure', act: actions.onNextFailure },
    { key: 'e', label: 'Follow the end', act: () => (model.follow.value = !model.follow.value) },
    { key: 't', label: 'Show or hide times', act: toggleTimestamps },
    { key: 'w', label: 'Wrap long lines', act: () => setWrap(!wrapLines.peek()) },
    { key: 'g', label: 'To the first line', act: actions.onTop },
    { key: 'G', label: 'To the last line', act: actions.onBottom },
  ])
  // The browser's own search sees only the rows that are drawn; pressed twice, it comes all the same.
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== 'f' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return
      if (document.activeElement?.closest('.log-find') || document.querySelector('dialog[open]')) return
      event.preventDefault()
      actions.onFind()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [model])
}

function useFullScreen(frame: { readonly current: HTMLElement | null }): boolean {
  const [on, setOn] = useState(false)
  useEffect(() => {
    const onChange = (): void =>
      setOn(document.fullscreenElement !== null && document.fullscreenElement === frame.current)
    document.addEventListener('fullscreenchange', onChange)
    return () => document.removeEventListener('fullscreenchange', onChange)
  }, [])
  return on
}
