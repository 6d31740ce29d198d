import type { JSX } from 'preact'
import type { Project } from '../../api/projects.ts'
import { currentUser } from '../../session.ts'
import { Command } from '../../ui/copy.tsx'
import { Empty } from '../../ui/notice.tsx'

/** From no image to the first: by hand, and by a job. */
export function FirstImage({ project }: { readonly project: Project }): JSX.Element {
  const image =
    project.container_registry_image_prefix ?? `${location.host}/${project.path_with_namespace.toLowerCase()}`
  const host = image.split('/')[0] ?? location.host
  return (
    <Empty icon="box" title="No image yet">
      <p class="empty-text">Push one from your machine; docker asks for your password or an access token:</p>
      <ol class="steps">
        <li>
          <span>Sign in</span>
          <Command text={`docker login ${host} --username ${currentUser.value?.username ?? 'root'}`} />
        </li>
        <li>
          <span>Build and push</span>
          <Command text={`docker build -t ${image}:latest .\ndocker push ${image}:latest`} />
        </li>
        <li>
          <span>Or let a job do it</span>
          <Command
            text={`container:\n  image: docker\n  services: [docker:dind]\n  script:\n    - docker login -u $CI_REGISTRY_USER -p $CI_REGISTRY_PASSWORD $CI_REGISTRY\n    - docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_REF_SLUG .\n    - docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_REF_SLUG`}
          />
        </li>
      </ol>
    </Empty>
  )
}
