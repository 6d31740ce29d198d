import { expect, test } from 'vitest'
import { hasSocket } from '../../../src/executor/docker/pause-state.ts'

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
const listener = '   0: 00000000:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1\n'
const windingUp = '   1: 0215A8C0:8000 0115A8C0:1F90 06 00000000:00000000 03:000010EE 00000000     0        0 0 3\n'
const dockersNames = '   0: 0B00007F:9E2F 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1\n'

test.each([
  ['an empty table', head, false],
  ['a table of a family that the kernel does not have', '', false],
  ['a listener', head + listener, true],
  ['a connection that the kernel winds up', head + dockersNames + windingUp, true],
  ["Docker's own listener for names", head + dockersNames, false],
])('%s', (_, table, expected) => {
  expect(hasSocket(table)).toBe(expected)
})
