import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import { shortcuts } from '../keyboard.ts'
import { Dialog } from '../ui/dialog.tsx'

export const isKeysHelpOpen = signal(false)

const names: Readonly<Record<string, string>> = { ' ': 'Space', ArrowDown: '↓', ArrowUp: '↑' }

/** What the keys do on this page. */
export function KeysHelp(): JSX.Element | null {
  if (!isKeysHelpOpen.value) return null
  const last = new Map(shortcuts.value.map(each => [each.key, each.label]))
  return (
    <Dialog title="Keys on this page" onClose={() => (isKeysHelpOpen.value = false)}>
      <dl class="pairs">
        {[...last].map(([key, label]) => (
          <>
            <dt key={key}>
              <kbd>{names[key] ?? key}</kbd>
            </dt>
            <dd>{label}</dd>
          </>
        ))}
      </dl>
    </Dialog>
  )
}
