import { expect, test } from 'vitest'
import { checkRandomSplits } from '../support/redact-property.ts'

const splits = Number(process.env.SLIPWAY_REDACT_SPLITS ?? 1_000_000)

test(`the masker gives one output for ${splits} random cuts`, { timeout: 3_600_000 }, () => {
  expect(() => checkRandomSplits({ splits, seed: 77 })).not.toThrow()
})
