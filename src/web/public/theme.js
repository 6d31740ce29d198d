// Before the first paint: the colour scheme that the reader chose, if it is not the system's.
try {
  const chosen = localStorage.getItem('slipway.theme')
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen
} catch {
  // Storage may be forbidden; the system's scheme is right then.
}

// A first script or style that does not arrive leaves nothing that could tell of it: the page is loaded anew, a few times.
// For what is loaded later, shell/reload-page.ts does the same.
addEventListener(
  'error',
  ({ target }) => {
    if (!(target instanceof Element) || !target.matches('script, link[rel=stylesheet]')) return
    try {
      const count = Number(sessionStorage.getItem('slipway.first-reloads') ?? 0)
      sessionStorage.setItem('slipway.first-reloads', String(count + 1))
      if (count < 3) setTimeout(() => location.reload(), 300)
    } catch {
      // Without storage there is no telling whether it would go on for ever.
    }
  },
  true,
)
