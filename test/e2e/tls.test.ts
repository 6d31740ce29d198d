// Everything over TLS, by a certificate that only an authority of one's own vouches for.
import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCertificate, type TestCertificate } from '../support/certificate.ts'
import { createProject, type TestProject } from '../support/project.ts'
import { type Slipway, startSlipway } from '../support/slipway.ts'
import { createTemporaryFolder } from '../support/temporary.ts'

type Temporary = Awaited<ReturnType<typeof createTemporaryFolder>>

let temporary: Temporary
let certificate: TestCertificate
let slipway: Slipway
let project: TestProject

const names = ['DNS:ci.example.com', 'DNS:registry.example.com', 'IP:127.0.0.1']

beforeAll(async () => {
  temporary = await createTemporaryFolder('slipway-tls')
  certificate = await createCertificate(temporary.path, names)
  slipway = await startSlipway({
    words: ['up', '--url', 'https://ci.example.com', '--registry-url', 'https://registry.example.com'],
    environment: {
      SLIPWAY_TLS_CERT: certificate.certFile,
      SLIPWAY_TLS_KEY: certificate.keyFile,
      SLIPWAY_TLS_CA: certificate.caFile,
    },
    caFile: certificate.caFile,
  })
  project = await createProject(slipway, 'my-group/my-project')
  await project.useCase('four-stages')
}, 120_000)

afterAll(async () => {
  await project?.remove()
  await slipway?.stop()
  await temporary?.remove()
}, 60_000)

describe('a server with a certificate of an authority of its own', { timeout: 300_000 }, () => {
  it('runs the four-stage pipeline unchanged, its images pushed over TLS', async () => {
    const pushed = await project.commitAndPush('master')
    expect(pushed.output).toMatch(/remote: .*https:\/\/ci\.example\.com\/my-group\/my-project\/-\/pipelines\/\d+/)
    const pipeline = await project.finished('master')
    const jobs = await project.jobs(pipeline.id)
    const statuses = jobs.map(job => `${job.name}: ${job.status}`)
    const why = (
      await Promise.all(jobs.filter(job => job.status === 'failed').map(job => project.trace(job.id)))
    ).join()
    expect(statuses, why).toEqual([
      'build: success',
      'test1: success',
      'test2: success',
      'release-image: success',
      'deploy: success',
    ])
  })

  it('gives a client that knows the authority the very image, and no other', async () => {
    const folder = join(temporary.path, 'certs.d')
    await mkdir(folder)
    const credentials = ['--creds', `root:${slipway.rootToken}`]
    const image = `docker://127.0.0.1:${slipway.port}/my-group/my-project:latest`
    const skopeo = (...words: string[]) =>
      execa('skopeo', ['inspect', ...credentials, '--cert-dir', folder, ...words, image], { reject: false })
    const untrusting = await skopeo()
    expect(untrusting.exitCode).not.toBe(0)
    expect(untrusting.stderr).toContain('x509: certificate signed by unknown authority')
    await cp(certificate.caFile, join(folder, 'ca.crt'))
    const trusting = await skopeo('--format', '{{.Digest}}')
    expect(trusting.stderr).toBe('')
    expect(trusting.stdout).toBe((await project.tags()).latest)
  })

  it('is trusted by the git of jobs, which find the authority in CI_SERVER_TLS_CA_FILE', async () => {
    await project.write({
      '.gitlab-ci.yml': [
        'image: docker:git',
        'clone:',
        '  script:',
        '    - git ls-remote --exit-code origin refs/heads/git',
        '    - grep -c "BEGIN CERTIFICATE" "$CI_SERVER_TLS_CA_FILE"',
        '    - GIT_SSL_CAINFO=$CI_SERVER_TLS_CA_FILE git clone -q "$CI_REPOSITORY_URL" ../again',
        '    - "! git -c http.sslCAInfo= clone -q $CI_REPOSITORY_URL ../untrusted"',
        '',
      ].join('\n'),
    })
    await project.commitAndPush('git')
    const pipeline = await project.finished('git')
    const [job] = await project.jobs(pipeline.id)
    expect(job?.status, await project.trace(job?.id ?? 0)).toBe('success')
  })

  it('is signed in to by `slipway login --ca-file`, which keeps the authority for later commands', async () => {
    const environment = { SLIPWAY_CA_FILE: '', SLIPWAY_TOKEN: '', SLIPWAY_URL: '', XDG_CONFIG_HOME: temporary.path }
    const bin = join(import.meta.dirname, '../../bin/slipway')
    const run = (...words: string[]) =>
      execa(bin, words, { env: environment, input: `${slipway.rootToken}\n`, reject: false })
    const untrusting = await run('login', slipway.url, '--with-token')
    expect(untrusting.exitCode).toBe(1)
    expect(untrusting.stderr).toMatch(/does not answer: .*certificate.*--ca-file/)
    expect((await run('login', slipway.url, '--with-token', '--ca-file', certificate.caFile)).stderr).toBe('')
    const listed = await run('project', 'list', '--json')
    expect(JSON.parse(listed.stdout), listed.stderr).toMatchObject([{ path_with_namespace: 'my-group/my-project' }])
  })
})
