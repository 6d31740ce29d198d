// Services and docker-in-docker in `slipway run`, and what is left when it is told to stop.
import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { connectDocker, listSlipwayObjects } from '../../../support/docker.ts'
import { waitUntil } from '../../../support/wait-until.ts'
import { createProjectFolder, type ProjectFolder } from './project-folder.ts'

let project: ProjectFolder

afterEach(() => project.remove())

describe('slipway run', () => {
  it('starts services under their names', async () => {
    project = await createProjectFolder({
      '.gitlab-ci.yml': `
        ask:
          image: busybox
          services:
            - name: busybox
              alias: web
              command: [sh, -c, 'mkdir /www && echo "from the service" > /www/index.html && httpd -f -h /www']
          script: ['for i in 1 2 3 4 5 6 7 8 9 10; do wget -q -O - http://web/ && exit; sleep 1; done; exit 1']`,
    })
    const { stdout, exitCode } = await project.run()
    expect(stdout).toMatch(/^from the service$/m)
    expect(exitCode).toBe(0)
  })

  it('gives a job with docker:dind a Docker of its own', async () => {
    project = await createProjectFolder({
      Dockerfile: 'FROM scratch\nCOPY Dockerfile /\n',
      '.gitlab-ci.yml': `
        build:
          image: docker:git
          services: [docker:dind]
          script: ['docker build --quiet --tag built .', 'docker image ls --format "image {{.Repository}}"']`,
    })
    const { stdout, exitCode } = await project.run()
    expect(stdout).toMatch(/^image built$/m)
    expect(exitCode).toBe(0)
  })

  it('refuses docker:dind where no container may be privileged', async () => {
    project = await createProjectFolder({
      '.gitlab-ci.yml': `build: { image: 'docker:git', services: ['docker:dind'], script: [docker info] }`,
    })
    const { jobs, exitCode } = await project.summary('--no-privileged')
    expect(jobs).toMatchObject([
      { status: 'failed', failureReason: 'runner_unsupported', failureDetail: 'policy_denied' },
    ])
    expect(exitCode).toBe(1)
  })
})

describe('slipway run that is told to stop', () => {
  const mark = () => `mark-${randomBytes(6).toString('hex')}`

  it.each([
    { signal: 'SIGINT', code: 130 },
    { signal: 'SIGTERM', code: 143 },
  ] as const)('ends with $code after $signal and leaves nothing', async ({ signal, code }) => {
    const name = mark()
    project = await createProjectFolder({
      '.gitlab-ci.yml': `
        default: { image: busybox }
        stages: [first, later]
        ${name}: { stage: first, script: ['echo it runs', 'sleep 600'], after_script: ['echo "$CI_JOB_STATUS, goodbye"'] }
        later: { stage: later, script: ['true'] }`,
    })
    const running = project.run()
    await printed(running, 'it runs')
    running.kill(signal)
    const { stdout, exitCode } = await running
    expect(exitCode).toBe(code)
    expect(stdout).toMatch(/canceled, goodbye/)
    expect(stdout).toMatch(new RegExp(`^${name} +first +canceled`, 'm'))
    expect(stdout).toMatch(/^later +later +(canceled|skipped)/m)
    expect(await project.temporaryFiles()).toEqual([])
    expect(await leftOf(running.pid)).toEqual([])
  })

  it('does not wait for a job that will not end when it is told twice', async () => {
    project = await createProjectFolder({
      '.gitlab-ci.yml': `
        stubborn: { image: busybox, script: ['echo it runs', 'sleep 600'], after_script: ['echo still', 'sleep 600'] }`,
    })
    const running = project.run()
    await printed(running, 'it runs')
    running.kill('SIGINT')
    await printed(running, 'still')
    running.kill('SIGINT')
    const { exitCode } = await running
    expect(exitCode).toBe(130)
    expect(await project.temporaryFiles()).toEqual([])
    expect(await leftOf(running.pid)).toEqual([])
  })

  it('takes away what a run that was killed has left', async () => {
    project = await createProjectFolder({
      '.gitlab-ci.yml': `long: { image: busybox, script: ['echo it runs', 'test -n "$ONCE" || sleep 600'] }`,
    })
    const killed = project.run()
    await printed(killed, 'it runs')
    killed.kill('SIGKILL')
    await killed
    expect(await leftOf(killed.pid)).not.toEqual([])
    const { exitCode } = await project.run('--variable', 'ONCE=1')
    expect(exitCode).toBe(0)
    expect(await leftOf(killed.pid)).toEqual([])
    expect(await project.temporaryFiles()).toEqual([])
  })
})

async function printed(running: ReturnType<ProjectFolder['run']>, text: string): Promise<void> {
  let output = ''
  let hasEnded = false
  void running.then(() => {
    hasEnded = true
  })
  for (const stream of [running.stdout, running.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  await waitUntil(() => {
    if (hasEnded) throw new Error(`it ended before it printed '${text}':\n${output}`)
    return output.includes(text)
  }, `'${text}' in the output`)
}

/** Names in the engine of what the process with this id made. */
async function leftOf(pid: number | undefined): Promise<readonly string[]> {
  const objects = await listSlipwayObjects(connectDocker())
  return objects.filter(({ labels }) => labels['slipway.runner']?.startsWith(`run-${pid}-`)).map(({ name }) => name)
}
