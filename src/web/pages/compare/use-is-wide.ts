import { useEffect, useState } from 'preact/hooks'

/** As compare.css has it: from this width on the logs stand beside each other. */
const wide = matchMedia('(min-width: 1001px)')

export function useIsWide(): boolean {
  const [isWide, setWide] = useState(wide.matches)
  useEffect(() => {
    const onChange = (): void => setWide(wide.matches)
    wide.addEventListener('change', onChange)
    return () => wide.removeEventListener('change', onChange)
  }, [])
  return isWide
}
