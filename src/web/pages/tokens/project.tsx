import type { JSX } from 'preact'
import { projectUrl } from '../../api/client.ts'
import type { PageProps } from '../../shell/page-modules.ts'
import { PageHead } from '../../ui/page.tsx'
import { DeployTokenList } from './deploy-tokens.tsx'
import { TokenList } from './token-list.tsx'

export function Page({ params }: PageProps): JSX.Element {
  const path = params.project ?? ''
  return (
    <>
      <PageHead title="Access tokens" windowTitle={`Access tokens of ${path}`} />
      <div class="stack">
        <TokenList
          base={projectUrl(path, 'access_tokens')}
          createBase={projectUrl(path, 'access_tokens')}
          hasRoles
          emptyText="A token of the project belongs to nobody in person: for scripts and other systems."
        />
        <DeployTokenList base={projectUrl(path, 'deploy_tokens')} />
      </div>
    </>
  )
}
