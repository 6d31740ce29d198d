// The runner that comes with Slipway, set for trying things out on a machine of your own. docs/runner.md lists every key.
//
// `privileged` lets docker:dind work, and makes whoever may push to a project able to become root on this host. On a
// machine that matters, give it to protected branches only (refs: 'protected'), or to no one (leave it out).
import { defineRunner } from './src/runner/config.ts'

export default defineRunner({
  concurrency: 4,
  tags: ['docker'],
  docker: {
    image: 'docker:git',
    pullPolicy: ['always', 'if-not-present'],
    privileged: { services: ['docker:*dind*'], refs: 'all' },
  },
})
