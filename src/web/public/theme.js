// Before the first paint: the colour scheme that the reader chose, if it is not the system's.
try {
  const chosen = localStorage.getItem('slipway.theme')
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen
} catch {
  // Storage may be forbidden; the system's scheme is right then.
}
