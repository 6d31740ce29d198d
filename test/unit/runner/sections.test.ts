import { expect, test } from 'vitest'
import { createSectionLog } from '../../../src/runner/sections.ts'

const clock = { nowMs: () => 5000, monotonicMs: () => 0, sleep: async () => {} }
const plain = (text: string) => text.replaceAll(/\u001b\[[0-9;]*[mK]|\r/g, '')

test('what works at the same time is shown one after the other', async () => {
  let log = ''
  const sections = createSectionLog(async text => {
    log += text
  }, clock)
  const first = sections.open('prepare', 'Preparing')
  const second = sections.open('sources', 'Getting')
  second.say('fetched')
  first.say('pulled')
  await sections.written()
  expect(plain(log)).toBe('section_start:5:preparePreparing\npulled\n')
  second.end()
  first.end()
  first.end()
  await sections.written()
  expect(plain(log)).toBe(
    'section_start:5:preparePreparing\npulled\nsection_end:5:preparesection_start:5:sourcesGetting\nfetched\nsection_end:5:sources',
  )
})

test('a word after the end of its section is not lost', async () => {
  let log = ''
  const sections = createSectionLog(async text => {
    log += text
  }, clock)
  const first = sections.open('prepare', 'Preparing')
  first.end()
  first.say('a service died')
  await sections.written()
  expect(plain(log)).toContain('section_end:5:preparea service died\n')
})
