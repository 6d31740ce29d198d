// A page's script that cannot be loaded: the network changed, or the server was updated and knows it by another name. The
// whole page is loaded anew, but not again and again: browsers remember a script that failed, so asking once more is vain.

const storageKey = 'slipway.reloads'
const limit = 3
const withinMs = 30_000

/** False: it was done several times a moment ago and did not help. */
export function reloadPage(): boolean {
  try {
    const recent = recentOf(sessionStorage.getItem(storageKey) ?? '', Date.now())
    if (recent.length >= limit) return false
    sessionStorage.setItem(storageKey, [...recent, Date.now()].join(' '))
  } catch {
    return false // without storage there is no telling whether it would go on for ever
  }
  location.reload()
  return true
}

/** The first scripts are there: what public/theme.js counted is done with. */
export function forgetFirstReloads(): void {
  try {
    sessionStorage.removeItem('slipway.first-reloads')
  } catch {
    // Without storage nothing was counted.
  }
}

function recentOf(stored: string, now: number): readonly number[] {
  return stored
    .split(' ')
    .map(Number)
    .filter(at => now - at < withinMs)
}
