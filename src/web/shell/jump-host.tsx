import type { ComponentType, JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { isJumpOpen } from './jump-state.ts'

type JumpProps = { readonly project: string | undefined; readonly onClose: () => void }

/** Loads the box when it is first opened. */
export function JumpHost({ project }: { readonly project: string | undefined }): JSX.Element | null {
  const [Jump, setJump] = useState<ComponentType<JumpProps> | null>(null)
  const open = isJumpOpen.value
  useEffect(() => {
    if (open && Jump === null) void import('./jump.tsx').then(module => setJump(() => module.Jump))
  }, [open])
  return open && Jump !== null ? <Jump project={project} onClose={() => (isJumpOpen.value = false)} /> : null
}
