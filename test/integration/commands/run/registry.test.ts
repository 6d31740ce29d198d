// The four-stage pipeline of pipelines/four-stages as it stands, with no server: it builds, pushes, pulls and releases.
import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { connectDocker } from '../../../support/docker.ts'
import { writeRootFileSystem } from '../../../support/project.ts'
import { createProjectFolder, type ProjectFolder, statuses } from './project-folder.ts'

const fourStages = join(import.meta.dirname, '../../../../pipelines/four-stages')

let project: ProjectFolder

afterEach(() => project.remove())

describe('slipway run with images', () => {
  it('gives the jobs a registry, in which later jobs find what earlier ones pushed', async () => {
    project = await createProjectFolder({
      '.gitlab-ci.yml': await readFile(join(fourStages, '.gitlab-ci.yml'), 'utf8'),
    })
    await cp(fourStages, project.path, { recursive: true })
    await writeRootFileSystem(join(project.path, 'rootfs.tar'))
    const summary = await project.summary('--ref', 'master')
    expect(statuses(summary), summary.log).toEqual({
      build: 'success',
      test1: 'success',
      test2: 'success',
      'release-image': 'success',
      deploy: 'success',
    })
    expect(summary.log).toMatch(/deploy +│ deployed registry\.example\.com\/my-group\/my-project@sha256:/)
    expect(await project.temporaryFiles()).toEqual([])
  })

  it('takes the image of a job from there', async () => {
    project = await createProjectFolder({
      Dockerfile: 'FROM scratch\nADD rootfs.tar /\nRUN ["sh", "-c", "echo made by a job > /made"]\n',
      '.gitlab-ci.yml': `
        stages: [build, use]
        build:
          image: docker:git
          services: [docker:dind]
          stage: build
          script:
            - docker login -u "$CI_REGISTRY_USER" -p "$CI_REGISTRY_PASSWORD" "$CI_REGISTRY"
            - docker build --quiet --tag "$CI_REGISTRY_IMAGE/tool:1" . && docker push "$CI_REGISTRY_IMAGE/tool:1"
        use: { stage: use, image: '$CI_REGISTRY_IMAGE/tool:1', script: [cat /made] }`,
    })
    await writeRootFileSystem(join(project.path, 'rootfs.tar'))
    const { stdout, exitCode } = await project.run()
    expect(stdout).toMatch(/^use +│ made by a job$/m)
    expect(exitCode).toBe(0)
    const names = (await connectDocker().listImages()).flatMap(image => [
      ...(image.RepoTags ?? []),
      ...(image.RepoDigests ?? []),
    ])
    expect(names.filter(name => name.includes('/my-group/my-project/tool'))).toEqual([])
  })

  it('lets no job push to another project', async () => {
    project = await createProjectFolder({
      Dockerfile: 'FROM scratch\nCOPY Dockerfile /\n',
      '.gitlab-ci.yml': `
        build:
          image: docker:git
          services: [docker:dind]
          script:
            - docker login -u gitlab-ci-token -p "$CI_JOB_TOKEN" "$CI_REGISTRY"
            - docker build --quiet --tag "$CI_REGISTRY/other/project" .
            - docker push "$CI_REGISTRY/other/project"`,
    })
    const { stdout, exitCode } = await project.run()
    expect(stdout).toMatch(/denied/)
    expect(exitCode).toBe(1)
  })
})
