import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import {
  type Hook,
  type HookEvent,
  hookEvents,
  listHookDeliveries,
  resendHookDelivery,
  testHook,
} from '../../api/hooks.ts'
import { useAction } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Deliveries } from '../../webhooks/deliveries.tsx'
import { eventsOf, eventWords } from './event-words.ts'
import './hooks.css'

type HookDeliveriesProps = { readonly path: string; readonly hook: Hook; readonly onClose: () => void }

export function HookDeliveries({ path, hook, onClose }: HookDeliveriesProps): JSX.Element {
  return (
    <Deliveries
      id={`hook:${path}:${hook.id}`}
      url={hook.url}
      list={signal => listHookDeliveries(path, hook.id, signal)}
      repeat={delivery => resendHookDelivery(path, hook.id, delivery.id)}
      onClose={onClose}
    >
      {reload => <Trial path={path} hook={hook} onTried={reload} />}
    </Deliveries>
  )
}

type TrialProps = { readonly path: string; readonly hook: Hook; readonly onTried: () => Promise<void> }

/** Sends what happened last of the kind, once. */
function Trial({ path, hook, onTried }: TrialProps): JSX.Element {
  const [event, setEvent] = useState<HookEvent>(eventsOf(hook)[0] ?? 'push_events')
  const trial = useAction(async () => {
    try {
      await testHook(path, hook.id, event)
    } finally {
      await onTried()
    }
    return 'The test was delivered.'
  })
  return (
    <div class="hook-trial">
      <SelectField
        label="Test with the newest"
        value={event}
        choices={hookEvents.map(each => ({ value: each, label: eventWords[each].short }))}
        onChange={value => setEvent(value as HookEvent)}
      />
      <Button icon="bolt" busy={trial.busy} onClick={() => void trial.run()}>
        Send test
      </Button>
    </div>
  )
}
