// The four-stage pipeline as it stands, beside the same Docker commands by hand and beside gitlab-ci-local.
import { execa } from 'execa'
import { createProject, type TestProject } from '../test/support/project.ts'
import { eventually, type Slipway, startSlipway } from '../test/support/slipway.ts'
import { createTemporaryFolder } from '../test/support/temporary.ts'
import { type GitlabCiLocal, installGitlabCiLocal } from './gitlab-ci-local.ts'
import { compared, nameOf, pushAndWait, repeated, runsOf, timed } from './pipeline.ts'
import type { BenchResult } from './result.ts'

export async function run(): Promise<readonly BenchResult[]> {
  const slipway = await startSlipway()
  const project = await createProject(slipway, 'my-group/my-project')
  const folder = await createTemporaryFolder('slipway-bench')
  const peer = await installGitlabCiLocal(folder.path)
  try {
    return await fourStages(slipway, project, peer, folder.path)
  } finally {
    await peer.clear()
    await project.remove()
    await slipway.stop()
    await folder.remove()
  }
}

/** The same work for who has no registry that jobs can reach; `/images` is a folder that they share. */
const withoutRegistry = `image: docker:git
services: [{ name: docker:dind, alias: docker }]
stages: [build, test, release, deploy]
variables: { DOCKER_HOST: tcp://docker:2375, DOCKER_TLS_CERTDIR: '' }
before_script:
  - until docker info > /dev/null 2>&1; do sleep 0.1; done
build:
  stage: build
  script: [docker build -q -t bench:test ., docker save -o /images/image.tar bench:test]
test1:
  stage: test
  script: [docker load -q -i /images/image.tar, docker run --rm bench:test /script/to/run/tests]
test2:
  stage: test
  script: [docker load -q -i /images/image.tar, docker run --rm bench:test /script/to/run/another/test]
release-image:
  stage: release
  script: [docker load -q -i /images/image.tar, docker tag bench:test bench:latest]
deploy:
  stage: deploy
  script: [docker load -q -i /images/image.tar, docker run --rm bench:test]
`

async function fourStages(
  slipway: Slipway,
  project: TestProject,
  peer: GitlabCiLocal,
  folder: string,
): Promise<readonly BenchResult[]> {
  await project.useCase('four-stages')
  const first = await timed(() => pushAndWait(slipway, project, 'master'))
  const second = await repeated(() => timed(() => pushAndWait(slipway, project, 'master')), 3)
  const byHand = await repeated(() => timed(() => fourStagesByHand(project)), 2)
  await project.write({ '.gitlab-ci.yml': withoutRegistry })
  const byPeer = await runsOf(peer, project, ['--volume', `${folder}:/images`])
  return [
    compared(
      'the four-stage pipeline, first run',
      [first],
      byHand,
      'docker by hand, a fresh dind a job, images handed over as files',
      1.1,
    ),
    compared(
      'the four-stage pipeline, later runs',
      second,
      byHand,
      'docker by hand, a fresh dind a job, images handed over as files',
      0.6,
    ),
    compared('the same', second, byPeer, `${nameOf(peer)}, images handed over as files`, 0.4),
  ]
}

/** A fresh Docker for each job, and what the job does in it; images go from one to the next as files, with no registry between. */
async function fourStagesByHand(project: TestProject): Promise<void> {
  const image = 'bench:test'
  const tar = `${project.folder}/../image.tar`
  await inFreshDocker(async docker => {
    await docker(['build', '-q', '-t', image, project.folder])
    await docker(['save', '-o', tar, image])
  })
  const test = (words: readonly string[]) =>
    inFreshDocker(async docker => {
      await docker(['load', '-q', '-i', tar])
      await docker(['run', '--rm', image, ...words])
    })
  await Promise.all([test(['/script/to/run/tests']), test(['/script/to/run/another/test'])])
  await inFreshDocker(async docker => {
    await docker(['load', '-q', '-i', tar])
    await docker(['tag', image, 'bench:latest'])
  })
  await test([])
}

async function inFreshDocker(
  work: (docker: (words: readonly string[]) => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const { stdout: id } = await execa('docker', [
    ...[
      'run',
      '-d',
      '--rm',
      '--privileged',
      '--label',
      'slipway.bench',
      '-e',
      'DOCKER_TLS_CERTDIR=',
      '-v',
      '/var/lib/docker',
      'docker:dind',
    ],
  ])
  try {
    const { stdout: address } = await execa('docker', [
      'inspect',
      '-f',
      '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}',
      id,
    ])
    const host = `tcp://${address}:2375`
    const docker = (words: readonly string[]) => execa('docker', ['-H', host, ...words])
    await eventually(
      'a fresh Docker',
      60_000,
      async () => (await execa('docker', ['-H', host, 'version'], { reject: false })).exitCode === 0,
    )
    await work(docker)
  } finally {
    await execa('docker', ['rm', '-f', '-v', id])
  }
}
