// Shows the page of the address. The page before it stays until the next one's script is there, so nothing flashes.
import type { ComponentType, JSX } from 'preact'
import { useEffect, useErrorBoundary, useRef, useState } from 'preact/hooks'
import { identityOf, type Route } from '../route.ts'
import { Button } from '../ui/button.tsx'
import { Notice } from '../ui/notice.tsx'
import { loadedPage, loadPage, type PageProps } from './page-modules.ts'
import { reloadPage } from './reload-page.ts'

type Shown = { readonly route: Route; readonly Page: ComponentType<PageProps> }

export function Outlet({ route }: { readonly route: Route }): JSX.Element {
  const [shown, setShown] = useState<Shown | null>(null)
  const [failed, setFailed] = useState(false)
  const known = loadedPage(route.page)
  const wanted = useRef(route)
  wanted.current = route

  useEffect(() => {
    setFailed(false)
    loadPage(route.page).then(
      ({ Page }) => wanted.current === route && setShown({ route, Page }),
      () => wanted.current === route && !reloadPage() && setFailed(true),
    )
  }, [route])

  if (failed) return <PageLost />
  const current = known === undefined ? shown : { route, Page: known.Page }
  return (
    <>
      {known === undefined && <div class="page-loading" role="progressbar" aria-label="Loading the page" />}
      {current && <Guarded key={identityOf(current.route)} {...current} />}
    </>
  )
}

function Guarded({ route, Page }: Shown): JSX.Element {
  const [error, retry] = useErrorBoundary()
  if (error === undefined) return <Page params={route.params} />
  return (
    <Notice tone="red" action={<Button onClick={retry}>Try again</Button>}>
      <p>This page met a mistake of its own and stopped. The rest of Slipway works on.</p>
      <p class="mono">{error instanceof Error ? error.message : String(error)}</p>
    </Notice>
  )
}

function PageLost(): JSX.Element {
  return (
    <Notice tone="amber" action={<Button onClick={() => location.reload()}>Load again</Button>}>
      This page could not be loaded. The server may have been updated, or does not answer.
    </Notice>
  )
}
