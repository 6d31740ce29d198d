import { expect, test } from 'vitest'
import {
  familiarName,
  parseImageName,
  pullReference,
  serviceHostNames,
} from '../../../src/executor/docker/image-name.ts'

test.each([
  ['busybox', 'docker.io', 'library/busybox', null, 'busybox:latest'],
  ['docker:dind', 'docker.io', 'library/docker', 'dind', 'docker:dind'],
  ['tutum/wordpress:1', 'docker.io', 'tutum/wordpress', '1', 'tutum/wordpress:1'],
  ['registry.example.com/g/p:master', 'registry.example.com', 'g/p', 'master', 'registry.example.com/g/p:master'],
  ['127.0.0.1:8080/g/p', '127.0.0.1:8080', 'g/p', null, '127.0.0.1:8080/g/p:latest'],
  ['localhost/x', 'localhost', 'x', null, 'localhost/x:latest'],
  ['docker.io/library/docker:dind', 'docker.io', 'library/docker', 'dind', 'docker:dind'],
])('%s is read as docker reads it', (text, host, path, tag, familiar) => {
  const name = parseImageName(text)
  expect([name.host, name.path, name.tag, familiarName(name)]).toEqual([host, path, tag, familiar])
})

test('a digest goes before a tag', () => {
  const name = parseImageName('a/b:1@sha256:abc')
  expect(name).toMatchObject({ tag: '1', digest: 'sha256:abc' })
  expect(pullReference(name)).toEqual({ repository: 'a/b', tag: 'sha256:abc' })
})

test.each([
  ['docker:dind', ['docker']],
  ['tutum/wordpress:latest', ['tutum__wordpress', 'tutum-wordpress']],
  ['registry.example.com:5000/group/db:1', ['group__db', 'group-db']],
])('%s is found under the names that GitLab gives it', (image, names) => {
  expect(serviceHostNames(parseImageName(image))).toEqual(names)
})
