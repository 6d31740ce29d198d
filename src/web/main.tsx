import { render } from 'preact'
import { startClocks } from './clock.ts'
import { listenForShortcuts } from './keyboard.ts'
import { routeOf } from './route.ts'
import { loadSession } from './session.ts'
import { App } from './shell/app.tsx'
import { loadPage } from './shell/page-modules.ts'
import { forgetFirstReloads } from './shell/reload-page.ts'
import { showMisleadingCharacters } from './visible-text.ts'
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import './styles/surfaces.css'
import './styles/table.css'
import './styles/overlay.css'
import './styles/shell.css'
import './styles/status.css'

/** A page whose data come within this time is drawn once, without the grey bars that stand for them before. */
const patienceMs = 120

await start()

/** The session, the page's script and what it shows are fetched side by side. */
async function start(): Promise<void> {
  const { page: name, params } = routeOf(location.pathname)
  const page = loadPage(name).then(
    module => Promise.race([module.prepare?.({ params }), patience()]),
    () => undefined, // the outlet tries again, and tells the reader
  )
  await loadSession().catch(() => undefined)
  await page
  showMisleadingCharacters()
  startClocks()
  listenForShortcuts()
  const root = document.getElementById('app')
  if (root !== null) render(<App />, root)
  forgetFirstReloads()
}

function patience(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, patienceMs))
}
