import { describe, expect, it } from 'vitest'
import { compositeStatus, countJobs, hasWarnings } from '../../../src/run/composite.ts'
import type { JobStatus } from '../../../src/run/model.ts'

/** `failed?` is a failed job that is allowed to fail. */
function counts(...words: readonly string[]) {
  return countJobs(
    words.map(word => ({ status: word.replace('?', '') as JobStatus, allowFailure: word.endsWith('?') })),
  )
}

describe('the status of a set of jobs', () => {
  const table: readonly [readonly string[], string | null][] = [
    [['success', 'manual'], 'manual'],
    [['success', 'manual?'], 'success'],
    [['success', 'created'], 'running'],
    [['pending', 'created'], 'pending'],
    [['failed', 'created'], 'running'],
    [['failed', 'manual'], 'manual'],
    [['success', 'scheduled'], 'scheduled'],
    [['skipped', 'skipped'], 'skipped'],
    [['success', 'skipped'], 'success'],
    [['canceled', 'skipped'], 'canceled'],
    [['canceled', 'failed'], 'failed'],
    [['canceled', 'success'], 'canceled'],
    [['failed?'], 'success'],
    [['canceled?'], 'success'],
    [[], null],
    [['manual', 'running'], 'running'],
    [['manual?', 'manual?'], 'skipped'],
    [['created', 'failed?'], 'created'],
    [['preparing', 'failed?'], 'preparing'],
    [['preparing', 'success'], 'preparing'],
    [['waiting_for_resource', 'manual'], 'waiting_for_resource'],
    [['canceling', 'success'], 'canceling'],
    [['canceling', 'created'], 'running'],
  ]
  it.each(table)('%j is %s', (words, expected) => {
    expect(compositeStatus(counts(...words))).toBe(expected)
  })

  it('of needs is skipped as soon as one is skipped, or manual and optional', () => {
    expect(compositeStatus(counts('skipped', 'running'), true)).toBe('skipped')
    expect(compositeStatus(counts('manual?', 'success'), true)).toBe('skipped')
    expect(compositeStatus(counts('failed?', 'success'), true)).toBe('success')
  })

  it('has warnings when a failure was forgiven and the rest succeeded', () => {
    expect(hasWarnings(counts('failed?', 'success'))).toBe(true)
    expect(hasWarnings(counts('canceled?'))).toBe(true)
    expect(hasWarnings(counts('failed?', 'failed'))).toBe(false)
    expect(hasWarnings(counts('success'))).toBe(false)
  })
})
