import type { JSX } from 'preact'
import { PageHead } from '../../ui/page.tsx'
import { RunnerList } from './runner-list.tsx'

export function Page(): JSX.Element {
  return (
    <>
      <PageHead title="Runners" windowTitle="Runners of this instance" />
      <RunnerList project={null} mayChange />
    </>
  )
}
