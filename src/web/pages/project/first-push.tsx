import type { JSX } from 'preact'
import type { Project } from '../../api/projects.ts'
import { currentUser } from '../../session.ts'
import { Command } from '../../ui/copy.tsx'
import { Empty } from '../../ui/notice.tsx'

/** Three commands from an empty folder to a pipeline; one for those who have a repository. */
export function FirstPush({ project }: { readonly project: Project }): JSX.Element {
  const branch = project.default_branch ?? 'main'
  const remote = withUser(project.http_url_to_repo)
  return (
    <Empty icon="pipeline" title="No pipeline yet">
      <p class="empty-text">
        A push of a <code>.gitlab-ci.yml</code> starts one. git asks for your password, or for an access token in its
        place.
      </p>
      <ol class="steps">
        <li>
          <span>Clone the project, empty as it is</span>
          <Command text={`git clone ${remote} ${project.path} && cd ${project.path}`} />
        </li>
        <li>
          <span>Add a pipeline with one job</span>
          <Command
            text={`printf 'hello:\\n  script: echo "Hello from Slipway"\\n' > .gitlab-ci.yml && git add . && git commit -m "Add a pipeline"`}
          />
        </li>
        <li>
          <span>Push. The answer holds the address of the pipeline, and it appears here</span>
          <Command text={`git push origin HEAD:${branch}`} />
        </li>
      </ol>
      <p class="empty-text">Or push a repository that you have:</p>
      <Command text={`git push ${remote} HEAD:${branch}`} />
    </Empty>
  )
}

/** With the reader's name in it, git asks for the password alone. */
function withUser(url: string): string {
  const address = new URL(url)
  address.username = currentUser.value?.username ?? ''
  return address.href
}
