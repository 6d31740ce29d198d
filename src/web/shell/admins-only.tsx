import type { JSX } from 'preact'
import { LinkButton } from '../ui/button.tsx'
import { Empty } from '../ui/notice.tsx'
import { PageHead } from '../ui/page.tsx'

/** In place of a page that only administrators can use. */
export function AdminsOnly(): JSX.Element {
  return (
    <>
      <PageHead title="For administrators" />
      <div class="panel">
        <Empty icon="lock" title="Only administrators may see this page">
          <p class="empty-text">Ask one of them, if you need what stands here.</p>
          <LinkButton href="/">Overview</LinkButton>
        </Empty>
      </div>
    </>
  )
}
