import type { JSX } from 'preact'
import { Button, LinkButton } from '../ui/button.tsx'
import { sizeWords } from '../words.ts'
import type { LogModel } from './log-model.ts'
import { setTimestampMode, setWrap, type TimestampMode, timestampMode, wrapLines } from './view-options.ts'

export type ToolbarActions = {
  readonly onFind: () => void
  readonly onNextFailure: () => void
  readonly onFullScreen: () => void
  readonly onTop: () => void
  readonly onBottom: () => void
}

type LogToolbarProps = ToolbarActions & {
  readonly model: LogModel
  readonly rawUrl: string
  readonly isRunning: boolean
  readonly isFullScreen: boolean
  /** Bytes that exist; more than are loaded while it loads. */
  readonly lengthBytes: number
}

const nextMode: Readonly<Record<TimestampMode, TimestampMode>> = { off: 'clock', clock: 'elapsed', elapsed: 'off' }
const modeWords: Readonly<Record<TimestampMode, string>> = {
  off: 'Show times',
  clock: 'Show times since the start',
  elapsed: 'Hide times',
}

export function LogToolbar(props: LogToolbarProps): JSX.Element {
  const { model, isRunning, isFullScreen } = props
  const sections = model.source.sections.value
  const areFolded =
    sections.length > 0 && sections.every((section, index) => model.folds.value.get(index) ?? section.isCollapsed)
  return (
    <div class="log-toolbar" role="toolbar" aria-label="Log">
      <Size model={model} lengthBytes={props.lengthBytes} />
      <span class="spacer" />
      {isRunning && (
        <Button
          small
          kind="quiet"
          icon="bottom"
          pressed={model.follow.value}
          label="Follow the end (e)"
          onClick={() => (model.follow.value = !model.follow.value)}
        >
          Follow
        </Button>
      )}
      <Button small kind="quiet" icon="search" label="Find (/)" onClick={props.onFind}>
        Find
      </Button>
      <Button
        small
        kind="quiet"
        icon="warning"
        label="Next line that tells of a failure (f)"
        onClick={props.onNextFailure}
      />
      {sections.length > 0 && (
        <Button
          small
          kind="quiet"
          icon={areFolded ? 'unfold' : 'fold'}
          label={areFolded ? 'Open all sections' : 'Fold all sections'}
          onClick={() => model.foldAll(!areFolded)}
        />
      )}
      <Button
        small
        kind="quiet"
        icon="clock"
        pressed={timestampMode.value !== 'off'}
        label={`${modeWords[timestampMode.value]} (t)`}
        onClick={toggleTimestamps}
      />
      <Button
        small
        kind="quiet"
        icon="wrap"
        pressed={wrapLines.value}
        label="Wrap long lines (w)"
        onClick={() => setWrap(!wrapLines.value)}
      />
      <Button small kind="quiet" icon="top" label="To the first line" onClick={props.onTop} />
      <Button small kind="quiet" icon="bottom" label="To the last line" onClick={props.onBottom} />
      <LinkButton small kind="quiet" icon="file" label="Raw log" href={props.rawUrl} />
      <Button
        small
        kind="quiet"
        icon={isFullScreen ? 'shrink' : 'expand'}
        label={isFullScreen ? 'Leave full screen (Escape)' : 'Full screen'}
        onClick={props.onFullScreen}
      />
    </div>
  )
}

export function toggleTimestamps(): void {
  setTimestampMode(nextMode[timestampMode.value])
}

function Size({ model, lengthBytes }: { readonly model: LogModel; readonly lengthBytes: number }): JSX.Element {
  const rows = model.source.rowCount.value
  const loaded = model.source.sizeBytes.value
  if (loaded < lengthBytes) {
    return (
      <span class="log-size number" role="status">
        {sizeWords(loaded)} of {sizeWords(lengthBytes)}
      </span>
    )
  }
  return (
    <span class="log-size number">
      {rows.toLocaleString('en')} {rows === 1 ? 'line' : 'lines'}
      <span class="log-bytes">, {sizeWords(loaded)}</span>
    </span>
  )
}
