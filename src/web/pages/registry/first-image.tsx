import type { JSX } from 'preact'
import type { Project } from '../../api/projects.ts'
import { currentUser } from '../../session.ts'
import { Command } from '../../ui/copy.tsx'
import { Empty } from '../../ui/notice.tsx'

const dockerfile = `cat > Dockerfile <<'END'
FROM scratch
COPY . /
END`

const job = `cat >> .gitlab-ci.yml <<'END'
container:
  image: docker:git
  services: ["docker:dind"]
  script:
    - docker login -u "$CI_REGISTRY_USER" -p "$CI_REGISTRY_PASSWORD" "$CI_REGISTRY"
    - docker build -t "$CI_REGISTRY_IMAGE:$CI_COMMIT_REF_SLUG" .
    - docker push "$CI_REGISTRY_IMAGE:$CI_COMMIT_REF_SLUG"
END`

/** From no image to the first: by a job, and by hand. */
export function FirstImage({ project }: { readonly project: Project }): JSX.Element {
  const branch = project.default_branch ?? 'main'
  return (
    <Empty icon="box" title="No image yet">
      <p class="empty-text">
        Let a job build and push one. It needs no password: each job gets its own. In your clone of the project:
      </p>
      <ol class="steps">
        <li>
          <span>Say what goes into the image, if there is no Dockerfile yet</span>
          <Command text={dockerfile} />
        </li>
        <li>
          <span>Add a job that builds and pushes it</span>
          <Command text={job} />
        </li>
        <li>
          <span>Push. The image appears here when the job has passed</span>
          <Command text={`git add . && git commit -m "Build an image" && git push origin HEAD:${branch}`} />
        </li>
      </ol>
      <p class="empty-text">Or push from your machine; docker asks for your password, or for an access token:</p>
      <ByHand project={project} />
    </Empty>
  )
}

function ByHand({ project }: { readonly project: Project }): JSX.Element {
  const image =
    project.container_registry_image_prefix ?? `${location.host}/${project.path_with_namespace.toLowerCase()}`
  const host = image.split('/')[0] ?? location.host
  const username = currentUser.value?.username ?? 'root'
  return (
    <Command
      text={`docker login ${host} --username ${username}\ndocker build -t ${image}:latest .\ndocker push ${image}:latest`}
    />
  )
}
