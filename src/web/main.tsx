import { render } from 'preact'
import { startClocks } from './clock.ts'
import { listenForShortcuts } from './keyboard.ts'
import { routeOf } from './route.ts'
import { loadSession } from './session.ts'
import { App } from './shell/app.tsx'
import { loadPage } from './shell/page-modules.ts'
import { showMisleadingCharacters } from './visible-text.ts'
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import './styles/surfaces.css'
import './styles/table.css'
import './styles/overlay.css'
import './styles/shell.css'
import './styles/status.css'

await start()

/** The page's script and the session are fetched side by side. */
async function start(): Promise<void> {
  const page = loadPage(routeOf(location.pathname).page).catch(() => undefined)
  await loadSession().catch(() => undefined)
  await page
  showMisleadingCharacters()
  startClocks()
  listenForShortcuts()
  const root = document.getElementById('app')
  if (root !== null) render(<App />, root)
}
