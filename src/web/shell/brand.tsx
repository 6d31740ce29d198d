import type { JSX } from 'preact'

/** A hull on its slipway. */
export function Brand(): JSX.Element {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#2c52c8" />
      <path d="M6 13h20l-3.2 6.4a3 3 0 0 1-2.7 1.6h-8.2a3 3 0 0 1-2.7-1.6z" fill="#fff" />
      <path d="M13 12V7h4l3 5z" fill="#fff" opacity=".75" />
      <path d="M5 24.5l22 2.5" stroke="#9db6ff" stroke-width="2.4" stroke-linecap="round" />
    </svg>
  )
}
