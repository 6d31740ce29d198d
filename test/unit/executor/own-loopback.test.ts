import { expect, test } from 'vitest'
import { rulesOf, turnedPorts } from '../../../src/executor/docker/own-loopback.ts'

test('what goes to a port of the loopback is turned to the gateway, and comes from an address that it can answer', () => {
  expect(rulesOf({ gateway: '10.1.2.1', ports: [8080] })).toBe(
    [
      '*nat',
      '-A OUTPUT -d 127.0.0.1/32 -p tcp --dport 8080 -j DNAT --to-destination 10.1.2.1:8080',
      '-A POSTROUTING -s 127.0.0.1/32 -d 10.1.2.1/32 -p tcp --dport 8080 -j MASQUERADE',
      'COMMIT',
    ].join('\n'),
  )
})

test('a job is told which ports are not its own', () => {
  const loopback = { gateway: '10.1.2.1', ports: [8080, 5000], onProblem: () => {} }
  expect(turnedPorts(loopback)).toMatch(/^127\.0\.0\.1:8080 and 127\.0\.0\.1:5000 is the server/)
})
