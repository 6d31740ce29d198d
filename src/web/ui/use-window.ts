// What the tab says of its page: a title, and an icon by which a pipeline is watched while another tab is looked at.
import { useEffect } from 'preact/hooks'
import failed from './icons/failed.svg'
import passed from './icons/passed.svg'
import running from './icons/running.svg'
import waiting from './icons/waiting.svg'
import warning from './icons/warning.svg'
import { lookOf, type StatusProps } from './status.tsx'

const ours = '/favicon.svg'
const icons = { green: passed, red: failed, blue: running, violet: waiting, amber: warning, grey: ours } as const

export function useWindow(title: string, status: StatusProps | undefined): void {
  const look = status && lookOf(status)
  useEffect(() => {
    document.title = `${look === undefined ? '' : `${look.word}: `}${title} · Slipway`
  }, [title, look?.word])
  useEffect(() => {
    if (look === undefined) return
    setIcon(icons[look.tone])
    return () => setIcon(ours)
  }, [look?.tone])
}

function setIcon(address: string): void {
  document.querySelector('link[rel=icon]')?.setAttribute('href', address)
}
