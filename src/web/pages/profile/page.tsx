import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useResource } from '../../api/resource.ts'
import { changeOwnUser, readOwnUser, type User } from '../../api/users.ts'
import { loadSession } from '../../session.ts'
import { useAction } from '../../ui/action.ts'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loading.tsx'
import { PageHead, Panel } from '../../ui/page.tsx'

/** One's own name, mail address and password. */
export function Page(): JSX.Element {
  const user = useResource('own-user', readOwnUser)
  return (
    <>
      <PageHead title="Your account" />
      <Loaded of={user}>
        {data => (
          <div class="stack">
            <Names user={data} onSaved={user.replace} />
            <Password />
          </div>
        )}
      </Loaded>
    </>
  )
}

function Names({ user, onSaved }: { readonly user: User; readonly onSaved: (user: User) => void }): JSX.Element {
  const [name, setName] = useState(user.name)
  const [email, setEmail] = useState(user.email ?? '')
  const save = useAction(async () => {
    onSaved(await changeOwnUser({ name, email }))
    await loadSession()
    return 'Your account was saved.'
  })
  return (
    <Panel title="Name" padded>
      <form
        class="form"
        onSubmit={event => {
          event.preventDefault()
          void save.run()
        }}
      >
        <TextField label="Name" value={name} onInput={setName} required autocomplete="name" />
        <TextField label="Mail address" type="email" value={email} onInput={setEmail} required autocomplete="email" />
        <div class="form-actions">
          <Button type="submit" kind="primary" busy={save.busy}>
            Save
          </Button>
        </div>
      </form>
    </Panel>
  )
}

function Password(): JSX.Element {
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const differs = again !== '' && again !== password
  const save = useAction(async () => {
    await changeOwnUser({ password })
    location.assign('/sign-in')
    return null
  })
  return (
    <Panel title="Password" padded>
      <form
        class="form"
        onSubmit={event => {
          event.preventDefault()
          if (password === again) void save.run()
        }}
      >
        <TextField
          label="New password"
          type="password"
          autocomplete="new-password"
          value={password}
          onInput={setPassword}
          required
          hint="At least 8 characters. You are signed out everywhere, and sign in anew."
        />
        <TextField
          label="Once more"
          type="password"
          autocomplete="new-password"
          value={again}
          onInput={setAgain}
          required
          error={differs ? 'The two are not the same.' : undefined}
        />
        <div class="form-actions">
          <Button type="submit" busy={save.busy} disabled={password === '' || password !== again}>
            Change password
          </Button>
        </div>
      </form>
    </Panel>
  )
}
