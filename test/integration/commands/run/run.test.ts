// `slipway run` as a user calls it, with a real engine.
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createProjectFolder, type ProjectFolder, statuses } from './project-folder.ts'

let project: ProjectFolder

afterEach(() => project.remove())

async function projectWith(pipeline: string, files: Readonly<Record<string, string>> = {}): Promise<ProjectFolder> {
  project = await createProjectFolder({ '.gitlab-ci.yml': pipeline, ...files })
  return project
}

describe('slipway run', () => {
  it('runs a job and tells its log and how it ended', async () => {
    await projectWith(`hello: { image: busybox, script: ['echo "hello from $CI_JOB_NAME"'] }`)
    const { stdout, exitCode } = await project.run()
    expect(stdout).toMatch(/^hello from hello$/m)
    expect(stdout).toMatch(/^hello +test +success/m)
    expect(stdout).toMatch(/success in [\d.]+ s$/)
    expect(exitCode).toBe(0)
  })

  it('gives jobs what git knows of the working copy', async () => {
    await projectWith(
      `facts:
        image: busybox
        script:
          - echo "$CI_COMMIT_SHA|$CI_COMMIT_BRANCH|$CI_COMMIT_MESSAGE|$CI_COMMIT_AUTHOR|$CI_PROJECT_PATH|$CI_DEFAULT_BRANCH"`,
    )
    await project.git('remote', 'add', 'origin', 'git@git.example.com:acme/widgets.git')
    const sha = await project.git('rev-parse', 'HEAD')
    const { stdout } = await project.run()
    expect(stdout).toContain(`${sha}|main|First steps|Ada <ada@example.com>|acme/widgets|main`)
  })

  it('sees what is not committed, leaves out what is ignored, and changes nothing', async () => {
    await projectWith(
      `look:
        image: busybox
        script: ['cat tracked new', 'test ! -e ignored', 'test ! -e removed', 'echo by a job > tracked', 'touch made']`,
      { tracked: 'old\n', removed: 'x', '.gitignore': 'ignored\n' },
    )
    await project.write({ tracked: 'changed\n', new: 'brand new\n', ignored: 'x' })
    await project.git('rm', '--quiet', 'removed')
    const before = await filesOf(project)
    const { stdout, exitCode } = await project.run()
    expect(stdout).toMatch(/^changed\nbrand new$/m)
    expect(exitCode).toBe(0)
    expect(await filesOf(project)).toEqual(before)
    expect(await project.read('tracked')).toBe('changed\n')
  })

  it('passes artifacts and dotenv variables on, and copies artifacts out where it is asked to', async () => {
    await projectWith(`
      default: { image: busybox }
      build:
        script: ['mkdir out', 'echo 42 > out/answer', 'echo COLOUR=green > build.env', 'echo "<a/>" > unit.xml']
        artifacts: { paths: [out], reports: { dotenv: build.env, junit: unit.xml } }
      check: { needs: [build], script: ['grep 42 out/answer', 'test "$COLOUR" = green'] }
      bare: { needs: [{ job: build, artifacts: false }], script: ['test ! -e out', 'test -z "$COLOUR"'] }`)
    const summary = await project.summary('--artifacts', 'copied')
    expect(statuses(summary)).toEqual({ build: 'success', check: 'success', bare: 'success' })
    expect(await project.read('copied/out/answer')).toBe('42\n')
    expect(await project.read('copied/reports/build/junit.xml')).toBe('<a/>\n')
    expect(await readdir(join(project.path, 'copied/reports/build'))).toHaveLength(2)
  })

  it('tells the exit code of a job that fails, and goes on as the file says', async () => {
    await projectWith(`
      default: { image: busybox }
      stages: [one, two, three]
      bad: { stage: one, script: ['exit 7'] }
      forgiven: { stage: one, allow_failure: true, script: ['exit 3'] }
      never: { stage: two, script: ['true'] }
      rescue: { stage: two, when: on_failure, script: ['true'] }
      always: { stage: three, when: always, script: ['true'] }`)
    const { stdout, exitCode } = await project.run()
    expect(stdout).toMatch(/^bad +one +failed .*exit code 7$/m)
    expect(stdout).toMatch(/^forgiven +one +failed .*exit code 3, allowed to fail$/m)
    expect(stdout).toMatch(/^never +two +skipped/m)
    expect(stdout).toMatch(/^rescue +two +success/m)
    expect(stdout).toMatch(/^always +three +success/m)
    expect(exitCode).toBe(1)
  })

  it('tries a job again that asks for it', async () => {
    await projectWith(`flaky: { image: busybox, retry: 1, script: ['exit 1'] }`)
    const { jobs, exitCode } = await project.summary()
    expect(jobs).toMatchObject([{ name: 'flaky', status: 'failed', attempts: 2, exitCode: 1 }])
    expect(exitCode).toBe(1)
  })

  it('runs all jobs of a matrix, each line with the name of its job', async () => {
    await projectWith(`
      test:
        image: busybox
        parallel: { matrix: [{ SIZE: [small, large] }] }
        script: ['echo "it is $SIZE, $CI_NODE_INDEX of $CI_NODE_TOTAL"']`)
    const { stdout } = await project.run()
    expect(stdout).toMatch(/^test: \[small\] │ it is small, 1 of 2$/m)
    expect(stdout).toMatch(/^test: \[large\] │ it is large, 2 of 2$/m)
  })

  it('lists manual jobs, and plays those that are named', async () => {
    await projectWith(`
      default: { image: busybox }
      build: { script: ['echo 1 > made'], artifacts: { paths: [made] } }
      deploy: { needs: [build], when: manual, script: ['cat made'] }
      other: { script: ['true'] }`)
    const whole = await project.summary()
    expect(statuses(whole)).toEqual({ build: 'success', deploy: 'manual', other: 'success' })
    expect(whole.exitCode).toBe(0)
    const named = await project.summary('deploy')
    expect(statuses(named)).toEqual({ build: 'success', deploy: 'success' })
    expect(statuses(await project.summary('--manual'))).toMatchObject({ deploy: 'success' })
  })

  it('keeps caches from run to run, outside of the working copy', async () => {
    await projectWith(`
      fill:
        image: busybox
        cache: { key: fixed, paths: [kept] }
        script: ['cat kept/file || true', 'mkdir -p kept', 'echo "from the first run" > kept/file']`)
    expect((await project.run()).stdout).not.toMatch(/^from the first run$/m)
    expect((await project.run()).stdout).toMatch(/^from the first run$/m)
    expect(await readdir(join(project.cachePath, 'slipway', 'run', 'caches'))).toHaveLength(1)
    expect(await readdir(project.path)).toEqual(['.git', '.gitlab-ci.yml'])
  })

  it('runs child pipelines, and follows them where it is asked to', async () => {
    await projectWith(`child: { trigger: { include: child.yml, strategy: depend } }`, {
      'child.yml': `inner: { image: busybox, script: ['echo "$CI_PIPELINE_SOURCE"', 'exit 4'] }`,
    })
    const summary = await project.summary()
    expect(statuses(summary)).toEqual({ child: 'failed', 'child › inner': 'failed' })
    expect(summary.log).toMatch(/parent_pipeline/)
    expect(summary.exitCode).toBe(1)
  })

  it('tells the mistakes of an invalid file as lint does', async () => {
    await projectWith(`test: { scrpt: [echo] }`)
    const { stdout, exitCode } = await project.run()
    expect(stdout).toContain('.gitlab-ci.yml:1:')
    expect(exitCode).toBe(1)
  })

  it('refuses a job that is not there, with the name that was meant', async () => {
    await projectWith(`build: { image: busybox, script: ['true'] }`)
    const { stderr, exitCode } = await project.run('biuld')
    expect(stderr).toContain("'biuld' is not a job of this pipeline (did you mean 'build'?)")
    expect(exitCode).toBe(2)
  })

  it('says so when there is no engine', async () => {
    await projectWith(`build: { image: busybox, script: ['true'] }`)
    const { stderr, exitCode } = await project.runWith({ DOCKER_HOST: 'unix:///nonexistent.sock' })
    expect(stderr).toContain('the Docker engine does not answer')
    expect(exitCode).toBe(1)
  })
})

/** Every file with its text's length and times, git's own included. */
async function filesOf({ path }: ProjectFolder): Promise<readonly string[]> {
  const names = await readdir(path, { recursive: true })
  const told = names.map(async name => {
    const { size, mtimeMs } = await lstat(join(path, name))
    return `${name} ${size} ${mtimeMs}`
  })
  return (await Promise.all(told)).sort()
}
