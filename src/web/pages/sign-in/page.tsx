import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso/router'
import { ApiError } from '../../api/api-error.ts'
import { safeReturnPath } from '../../paths.ts'
import { currentUser, maySignUp, signIn } from '../../session.ts'
import { Brand } from '../../shell/brand.tsx'
import { Button } from '../../ui/button.tsx'
import { TextField } from '../../ui/field.tsx'
import { Notice } from '../../ui/notice.tsx'
import './sign-in.css'

export function Page(): JSX.Element {
  const { query, route } = useLocation()
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string | null>(null)
  const [hasSignUp, setHasSignUp] = useState(false)
  const target = safeReturnPath(query.return)
  useEffect(() => {
    document.title = 'Sign in · Slipway'
    if (currentUser.value) route(target, true)
    // Without an answer there is simply no link.
    maySignUp().then(setHasSignUp, () => {})
  }, [])

  async function submit(event: Event): Promise<void> {
    event.preventDefault()
    setBusy(true)
    setFailure(null)
    try {
      await signIn(username, password)
      route(target, true)
    } catch (error) {
      setFailure(wordsFor(error))
      setPassword('')
    }
    setBusy(false)
  }

  return (
    <main class="sign-in" id="content">
      <form class="sign-in-card" onSubmit={event => void submit(event)}>
        <div class="sign-in-brand">
          <Brand />
          <h1>Sign in to Slipway</h1>
        </div>
        {failure !== null && <Notice tone="red">{failure}</Notice>}
        <TextField label="User name" value={username} onInput={setUsername} autocomplete="username" required focus />
        <TextField
          label="Password"
          type="password"
          value={password}
          onInput={setPassword}
          autocomplete="current-password"
          required
        />
        <Button type="submit" kind="primary" busy={busy}>
          Sign in
        </Button>
        {hasSignUp && <a href="/sign-up">Make an account</a>}
        <p class="field-hint">
          First time here? The user <code>root</code> and its password were printed when the server started, and stand
          in the file <code>root-credentials</code> of its data folder.
        </p>
      </form>
    </main>
  )
}

function wordsFor(error: unknown): string {
  if (!(error instanceof ApiError)) return 'Signing in failed for a reason that is not known. Try again.'
  if (error.status === 401) return 'User name or password is wrong.'
  return error.message
}
