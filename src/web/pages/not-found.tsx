import type { JSX } from 'preact'
import { LinkButton } from '../ui/button.tsx'
import { Empty } from '../ui/notice.tsx'
import { PageHead } from '../ui/page.tsx'

export function Page(): JSX.Element {
  return (
    <>
      <PageHead title="Page not found" />
      <div class="panel">
        <Empty icon="question" title="There is no such page">
          <p class="empty-text">The address may be mistyped, or what it named was deleted.</p>
          <LinkButton href="/">Overview</LinkButton>
        </Empty>
      </div>
    </>
  )
}
