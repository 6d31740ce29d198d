// The OCI runtime in front of runc, with a runc that only says how it was called.
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary.ts'

const scripts = new URL('../../../scripts/', import.meta.url).pathname
let folder: TemporaryFolder

beforeAll(async () => {
  folder = await createTemporaryFolder()
  await mkdir(join(folder.path, 'bin'))
  await writeFile(join(folder.path, 'bin/runc'), '#!/bin/sh\nprintf "%s\\n" "$@"\nexit 5\n')
  await chmod(join(folder.path, 'bin/runc'), 0o755)
  await copyFile(join(scripts, 'runtime'), join(folder.path, 'runtime'))
  await writeFile(join(folder.path, 'capabilities.sed'), await capabilitiesSed('CAP_SYS_RESOURCE'))
})

afterAll(() => folder.remove())

async function capabilitiesSed(...names: string[]): Promise<string> {
  const part = join(scripts, 'parts/capabilities.sh')
  return (await execa('sh', ['-c', '. "$0"; capabilities_sed "$@"', part, ...names])).stdout
}

function callRuntime(...words: string[]) {
  const path = `${join(folder.path, 'bin')}:${process.env.PATH}`
  return execa('sh', [join(folder.path, 'runtime'), ...words], { env: { PATH: path }, reject: false })
}

const refused = { capabilities: { bounding: ['CAP_KILL', 'CAP_SYS_RESOURCE'] } }
const granted = { capabilities: { bounding: ['CAP_KILL'] } }

describe('the runtime in front of runc', () => {
  it("strikes what is missing from a new container's bundle, and calls runc with the same words", async () => {
    const words = ['--root', '/run/x', 'create', '--bundle', folder.path, '--pid-file', '/run/pid file', 'id']
    await writeFile(join(folder.path, 'config.json'), JSON.stringify({ process: refused }))
    const called = await callRuntime(...words)
    expect(called).toMatchObject({ stdout: words.join('\n'), exitCode: 5 })
    expect(JSON.parse(await readFile(join(folder.path, 'config.json'), 'utf8'))).toEqual({ process: granted })
  })

  it("strikes it from an exec's process too", async () => {
    const file = join(folder.path, 'process')
    await writeFile(file, JSON.stringify(refused))
    await callRuntime('exec', '--process', file, '--detach', 'id')
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(granted)
  })

  it('hands on everything else', async () => {
    expect(await callRuntime('kill', '--all', 'id', '9')).toMatchObject({ stdout: 'kill\n--all\nid\n9', exitCode: 5 })
  })
})
