import { signal } from '@preact/signals'

/** Is the box to jump to a project or page open? */
export const isJumpOpen = signal(false)

export function openJump(): void {
  isJumpOpen.value = true
}
