import type { JSX } from 'preact'
import { currentUser } from '../../session.ts'
import { Command } from '../../ui/copy.tsx'
import { Empty } from '../../ui/notice.tsx'

/** From nothing to a green pipeline: a push to a project that does not exist makes it. */
export function FirstSteps(): JSX.Element {
  const username = currentUser.value?.username ?? 'root'
  const remote = remoteUrl(username)
  return (
    <div class="panel">
      <Empty icon="pipeline" title="Push a repository, and its pipeline runs">
        <p class="empty-text">
          Run these in any git repository. The push makes the project; git asks for your user name and your password or
          an access token.
        </p>
        <ol class="steps">
          <li>
            <span>A pipeline, if the repository has none yet</span>
            <Command text={`printf 'hello:\\n  script: echo "Hello from Slipway"\\n' > .gitlab-ci.yml`} />
          </li>
          <li>
            <span>Commit it</span>
            <Command text={`git add .gitlab-ci.yml && git commit -m "Add a pipeline"`} />
          </li>
          <li>
            <span>Push. The answer holds the address of the pipeline</span>
            <Command text={`git push ${remote} HEAD`} />
          </li>
        </ol>
      </Empty>
    </div>
  )
}

export function remoteUrl(username: string, name = 'hello'): string {
  return `${location.protocol}//${encodeURIComponent(username)}@${location.host}/${username}/${name}.git`
}
