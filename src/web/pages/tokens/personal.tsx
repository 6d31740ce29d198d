import type { JSX } from 'preact'
import { currentUser } from '../../session.ts'
import { PageHead } from '../../ui/page.tsx'
import { TokenList } from './token-list.tsx'

export function Page(): JSX.Element {
  return (
    <>
      <PageHead title="Your access tokens">
        <p class="soft">A token stands for your password with git, docker, the command line and the API.</p>
      </PageHead>
      <TokenList
        base="personal_access_tokens"
        createBase="user/personal_access_tokens"
        {...(currentUser.value ? { userId: currentUser.value.id } : {})}
        hasRoles={false}
        emptyText="Make one for git or docker on your machine, or for a script. It can be revoked without changing your password."
      />
    </>
  )
}
