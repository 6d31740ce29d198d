import type { JSX } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { LocationProvider, useLocation } from 'preact-iso/router'
import { signedOut } from '../api/client.ts'
import { useShortcuts } from '../keyboard.ts'
import { signInPath } from '../paths.ts'
import { identityOf, type PageName, type Route, routeOf } from '../route.ts'
import { currentUser } from '../session.ts'
import { ConfirmDialog } from '../ui/confirm.tsx'
import { Toasts } from '../ui/toast.tsx'
import { AdminsOnly } from './admins-only.tsx'
import { InstanceNav } from './instance-nav.tsx'
import { JumpHost } from './jump-host.tsx'
import { openJump } from './jump-state.ts'
import { isKeysHelpOpen, KeysHelp } from './keys-help.tsx'
import { Outlet } from './outlet.tsx'
import { ProjectNav } from './project-nav.tsx'
import { Topbar } from './topbar.tsx'

/** Links that the server answers itself are left to the browser. */
const ourPages = /^\/(?!api\/|v2\/|metrics$|-\/(live|ready)$)/

export function App(): JSX.Element {
  return (
    <LocationProvider scope={ourPages}>
      <Shell />
      <ConfirmDialog />
      <Toasts />
    </LocationProvider>
  )
}

const adminPages: readonly PageName[] = ['admin-instance', 'admin-users', 'all-runners']
const pagesBesideThem: readonly PageName[] = [...adminPages, 'groups']

/** They fill the window, and scroll within. */
const fullPages: readonly PageName[] = ['job', 'job-compare']

function Shell(): JSX.Element {
  const { path, route: go } = useLocation()
  const route = useMemo(() => routeOf(path), [path])
  const [drawer, setDrawer] = useState(false)
  useEffect(() => setDrawer(false), [path])
  useLostSession(go)
  useFocusOnArrival(identityOf(route))
  useShortcuts(
    [
      { key: '?', label: 'Show these keys', act: () => (isKeysHelpOpen.value = true) },
      { key: '/', label: 'Jump to a project or page', act: openJump },
    ],
    'everywhere',
  )

  if (isDoor(route)) return <Outlet route={route} />
  const nav = sideOf(route)
  return (
    <>
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <Topbar page={route.page} hasSidebar={nav !== null} onDrawer={() => setDrawer(!drawer)} />
      <div class={nav === null ? 'layout layout-plain' : 'layout'}>
        {nav && (
          <nav class="sidebar" aria-label="Pages" data-open={drawer}>
            {nav}
          </nav>
        )}
        {nav && drawer && (
          <button
            type="button"
            class="drawer-shade"
            aria-label="Close the list of pages"
            onClick={() => setDrawer(false)}
          />
        )}
        <main id="content" class={fullPages.includes(route.page) ? 'content content-full' : 'content'} tabIndex={-1}>
          {isRefused(route) ? <AdminsOnly /> : <Outlet route={route} />}
        </main>
      </div>
      <JumpHost project={route.params.project} />
      <KeysHelp />
    </>
  )
}

function sideOf(route: Route): JSX.Element | null {
  const project = route.params.project
  if (project !== undefined) return <ProjectNav project={project} page={route.page} />
  if (pagesBesideThem.includes(route.page) && currentUser.value?.is_admin) return <InstanceNav page={route.page} />
  return null
}

/** Strangers are led to sign in by the server's answer. */
function isRefused(route: Route): boolean {
  return adminPages.includes(route.page) && currentUser.value?.is_admin === false
}

/** The pages for those who are not signed in: without bar and list. */
function isDoor(route: Route): boolean {
  return route.page === 'sign-in' || route.page === 'sign-up'
}

/** A request that was refused because nobody is signed in leads to the sign-in page, and back afterwards. */
function useLostSession(go: (url: string, replace?: boolean) => void): void {
  const refusals = signedOut.value
  useEffect(() => {
    // The address, not the last drawn page: of two refusals at once the second finds the way already gone.
    if (refusals === 0 || isDoor(routeOf(location.pathname))) return
    currentUser.value = null
    go(signInPath(location.pathname + location.search), true)
  }, [refusals])
}

/** Screen readers and the keyboard begin at the new page's content. */
function useFocusOnArrival(page: string): void {
  const first = useRef(true)
  useEffect(() => {
    if (first.current) first.current = false
    else {
      document.getElementById('content')?.focus({ preventScroll: true })
      scrollTo(0, 0)
    }
  }, [page])
}
