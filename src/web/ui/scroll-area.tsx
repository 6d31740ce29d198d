import type { ComponentChildren, JSX } from 'preact'

type ScrollAreaProps = { readonly name: string; readonly class?: string; readonly children: ComponentChildren }

/** What scrolls by itself can be reached and scrolled with the keyboard. */
export function ScrollArea({ name, class: className, children }: ScrollAreaProps): JSX.Element {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area without focusable content must be focusable (WCAG 2.1.1)
    <section class={className} aria-label={name} tabIndex={0}>
      {children}
    </section>
  )
}
