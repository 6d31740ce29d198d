// S1, S2: a pipeline has no words for privilege, capabilities, devices, mounts or a place outside of its folder: whoever writes
// some is told that there are none, and the pipeline does not run.
import { expect, test } from 'vitest'
import { messagesOf } from '../support/pipeline.ts'

test.each([
  ['volumes of a job', 'a: {script: x, volumes: ["/:/host"]}'],
  ['the engine’s socket', 'a: {script: x, volumes: ["/var/run/../run/docker.sock:/var/run/docker.sock"]}'],
  ['a workspace', 'a: {script: x, workspace: /../../}'],
  ['a privileged job', 'a: {script: x, privileged: true}'],
  ['capabilities', 'a: {script: x, cap_add: [SYS_ADMIN]}'],
  ['devices', 'a: {script: x, devices: ["/dev/sda"]}'],
  ['a privileged image', 'a: {script: x, image: {name: busybox, privileged: true}}'],
  ['a privileged image, for Docker', 'a: {script: x, image: {name: busybox, docker: {privileged: true}}}'],
  ['volumes of an image', 'a: {script: x, image: {name: busybox, docker: {volumes: ["/:/host"]}}}'],
  ['a privileged service', 'a: {script: x, services: [{name: docker:dind, privileged: true}]}'],
  ['volumes of a service', 'a: {script: x, services: [{name: busybox, volumes: ["/:/host"]}]}'],
  ['the network of the host', 'a: {script: x, services: [{name: busybox, docker: {network_mode: host}}]}'],
])('%s: there is no such thing', async (_, yaml) => {
  expect((await messagesOf(yaml)).join('\n')).toMatch(/unknown keys?/)
})
