import { describe, expect, it } from 'vitest'
import { createLockout } from '../../../src/access/lockout.ts'

function lockoutAt() {
  let time = 0
  const lockout = createLockout({ now: () => time })
  return { lockout, pass: (ms: number) => (time += ms) }
}

const attempt = { login: 'Someone', address: '10.0.0.1' }

describe('the lock-out', () => {
  it('lets ten failures of a name from an address pass, then asks to wait, whatever the case of the name', () => {
    const { lockout } = lockoutAt()
    for (let count = 0; count < 10; count++) {
      expect(lockout.waitMs(attempt)).toBe(0)
      lockout.failed(attempt)
    }
    expect(lockout.waitMs({ ...attempt, login: 'someone' })).toBe(600_000)
  })

  it('does not lock the same name out from another address', () => {
    const { lockout } = lockoutAt()
    for (let count = 0; count < 20; count++) lockout.failed(attempt)
    expect(lockout.waitMs({ ...attempt, address: '10.0.0.2' })).toBe(0)
  })

  it('stops an address that tries many names', () => {
    const { lockout } = lockoutAt()
    for (let count = 0; count < 50; count++) lockout.failed({ ...attempt, login: `user-${count}` })
    expect(lockout.waitMs({ ...attempt, login: 'never-tried' })).toBeGreaterThan(0)
  })

  it('forgets after its time, and after a success', () => {
    const { lockout, pass } = lockoutAt()
    for (let count = 0; count < 10; count++) lockout.failed(attempt)
    pass(600_001)
    expect(lockout.waitMs(attempt)).toBe(0)
    for (let count = 0; count < 9; count++) lockout.failed(attempt)
    lockout.succeeded(attempt)
    lockout.failed(attempt)
    expect(lockout.waitMs(attempt)).toBe(0)
  })

  it('keeps no more than it can hold', () => {
    const { lockout } = lockoutAt()
    for (let count = 0; count < 10; count++) lockout.failed(attempt)
    for (let count = 0; count < 25_000; count++)
      lockout.failed({ login: `user-${count}`, address: `10.1.${count >> 8}.${count & 255}` })
    expect(lockout.waitMs(attempt)).toBe(0)
  })
})
