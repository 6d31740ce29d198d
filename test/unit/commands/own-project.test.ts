import { expect, it } from 'vitest'
import { projectOnServer } from '../../../src/commands/own-project.ts'

const server = 'http://127.0.0.1:8080'

it.each([
  ['remote.origin.url http://127.0.0.1:8080/group/app.git', 'group/app'],
  ['remote.origin.url http://root:glpat-x@127.0.0.1:8080/group/sub/app', 'group/sub/app'],
  ['remote.origin.url git@127.0.0.1:group/app.git', 'group/app'],
  ['remote.origin.url ssh://git@127.0.0.1:2222/group/app.git', 'group/app'],
  ['remote.mirror.url http://127.0.0.1:8080/a/b.git\nremote.origin.url http://127.0.0.1:8080/c/d.git', 'c/d'],
  ['remote.origin.url https://github.com/group/app.git\nremote.ci.url http://127.0.0.1:8080/a/b.git', 'a/b'],
  ['remote.origin.url https://github.com/group/app.git', null],
  ['remote.origin.url http://127.0.0.1:9090/group/app.git', null],
  ['remote.origin.url /srv/git/app.git', null],
  ['', null],
])('the project of a folder is where a remote leads on this server: %s', (remotes, project) => {
  expect(projectOnServer(remotes, server)).toBe(project)
})
