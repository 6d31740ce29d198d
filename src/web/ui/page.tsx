import type { ComponentChildren, JSX } from 'preact'
import { Status, type StatusProps } from './status.tsx'
import { useWindow } from './use-window.ts'

type PageHeadProps = {
  readonly title: string
  /** What the window is called, when the title alone says too little. */
  readonly windowTitle?: string
  readonly crumbs?: readonly { readonly label: string; readonly href: string }[]
  /** Before the title, and on the tab. */
  readonly status?: StatusProps
  /** Beside the title, such as a choice of the branch. */
  readonly aside?: ComponentChildren
  readonly actions?: ComponentChildren
  readonly children?: ComponentChildren
}

export function PageHead({ title, windowTitle, crumbs, status, aside, actions, children }: PageHeadProps): JSX.Element {
  useWindow(windowTitle ?? title, status)
  return (
    <header class="page-head">
      {crumbs && (
        <nav class="crumbs" aria-label="Breadcrumb">
          {crumbs.map((crumb, index) => (
            <span key={crumb.href}>
              {index > 0 && <span aria-hidden="true">/ </span>}
              <a href={crumb.href}>{crumb.label}</a>
            </span>
          ))}
        </nav>
      )}
      <div class="row-spread">
        <div class="row">
          {status && <Status {...status} />}
          <h1>{title}</h1>
          {aside}
        </div>
        {actions && <div class="row">{actions}</div>}
      </div>
      {children}
    </header>
  )
}

export type Tab = {
  readonly label: string
  readonly href: string
  readonly count?: number | undefined
  readonly current: boolean
}

export function Tabs({ tabs, name }: { readonly tabs: readonly Tab[]; readonly name: string }): JSX.Element {
  return (
    <nav class="tabs" aria-label={name}>
      {tabs.map(tab => (
        <a key={tab.href} href={tab.href} aria-current={tab.current ? 'page' : undefined}>
          {tab.label}
          {tab.count !== undefined && <span class="count">{tab.count}</span>}
        </a>
      ))}
    </nav>
  )
}

type PanelProps = {
  readonly title?: string
  readonly actions?: ComponentChildren
  readonly padded?: boolean
  readonly children: ComponentChildren
}

export function Panel({ title, actions, padded = false, children }: PanelProps): JSX.Element {
  return (
    <section class="panel">
      {(title !== undefined || actions) && (
        <div class="panel-head">
          <h2>{title}</h2>
          {actions && <div class="row">{actions}</div>}
        </div>
      )}
      {padded ? <div class="panel-body stack">{children}</div> : children}
    </section>
  )
}
