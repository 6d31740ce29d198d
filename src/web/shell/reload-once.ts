// A page's script that cannot be loaded: the network changed, or the server was updated and knows it by another name. The
// whole page is loaded anew, but not again and again.

const storageKey = 'slipway.reloaded'
const pauseMs = 30_000

/** False: it was done a moment ago and did not help. */
export function reloadOnce(): boolean {
  try {
    const last = Number(sessionStorage.getItem(storageKey) ?? 0)
    if (Date.now() - last < pauseMs) return false
    sessionStorage.setItem(storageKey, String(Date.now()))
  } catch {
    return false // without storage there is no telling whether it would go on for ever
  }
  location.reload()
  return true
}
