import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso/router'
import { wordsOf } from '../../api/api-error.ts'
import { signUp } from '../../session.ts'
import { Brand } from '../../shell/brand.tsx'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import './sign-in.css'

/** An account of one's own, where the administrator allows it. */
export function Page(): JSX.Element {
  const { route } = useLocation()
  const [username, setUsername] = useState('')
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  useEffect(() => {
    document.title = 'Make an account · Slipway'
  }, [])

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setBusy(true)
    setFailure(null)
    try {
      await signUp({ username, email, password })
      route('/', true)
    } catch (error) {
      setFailure(wordsOf(error))
    }
    setBusy(false)
  }

  return (
    <main class="sign-in" id="content">
      <form class="sign-in-card" onSubmit={event => void submit(event)}>
        <div class="sign-in-brand">
          <Brand />
          <h1>Make an account</h1>
        </div>
        {failure !== null && <Notice tone="red">{failure}</Notice>}
        <TextField label="User name" value={username} onInput={setUsername} autocomplete="username" required focus />
        <TextField label="Mail address" type="email" value={email} onInput={setEmail} autocomplete="email" required />
        <TextField
          label="Password"
          type="password"
          value={password}
          onInput={setPassword}
          autocomplete="new-password"
          required
          hint="At least 8 characters."
        />
        <Button type="submit" kind="primary" busy={busy}>
          Make account
        </Button>
        <a href="/sign-in">I have an account</a>
      </form>
    </main>
  )
}
