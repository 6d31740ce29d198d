import { expect, test } from 'vitest'
import { knownHoles } from '../../../src/executor/docker/known-holes.ts'

const current = { version: '28.5.2', runc: '1.3.3' }

test.each([
  [{ ...current, runc: '1.1.11' }, ['CVE-2024-21626', 'CVE-2025-31133']],
  [{ ...current, runc: '1.1.12' }, ['CVE-2025-31133']],
  [{ ...current, runc: '1.2.7' }, ['CVE-2025-31133']],
  [{ ...current, runc: '1.3.2' }, ['CVE-2025-31133']],
  [{ ...current, version: '25.0.1' }, ['CVE-2024-23651']],
  [{ ...current, version: '24.0.8' }, ['CVE-2024-23651']],
  [{ ...current, version: '20.10.24' }, ['CVE-2024-23651']],
])('%o is warned of', (versions, names) => {
  const told = knownHoles(versions)
  expect(told.map(line => /CVE-\d+-\d+/.exec(line)?.[0])).toEqual(names)
})

test.each([
  current,
  { ...current, runc: '1.2.8' },
  { ...current, runc: '1.4.0' },
  { ...current, version: '24.0.9' },
  { ...current, version: '26.1.0' },
])('%o is not', versions => {
  expect(knownHoles(versions)).toEqual([])
})

test('what a distribution mends under its own mark, or what nobody tells, is not judged', () => {
  expect(knownHoles({ version: '20.10.24+dfsg1', runc: '1.1.5+ds1' })).toEqual([])
  expect(knownHoles({ version: '24.0.7-0ubuntu4', runc: null })).toEqual([])
})

test('the words say what is open and what mends it', () => {
  expect(knownHoles({ ...current, version: '24.0.1' })).toEqual([
    'Docker 24.0.1 lets a Dockerfile that is built by this engine reach the files of this host (CVE-2024-23651, CVE-2024-23652, CVE-2024-23653 (BuildKit)): update to 24.0.9 or 25.0.2',
  ])
})
