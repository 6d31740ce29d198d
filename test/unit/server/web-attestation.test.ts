import { describe, expect, it } from 'vitest'
import { statementsIn } from '../../../src/server/api/web-attestation.ts'

function manifest(layers: readonly object[]): Uint8Array {
  return Buffer.from(JSON.stringify({ schemaVersion: 2, layers }))
}

describe('the attestations beside an image', () => {
  it('are one statement for each layer that says what it states', () => {
    const stated = (size: number, type: string) => ({ size, annotations: { 'in-toto.io/predicate-type': type } })
    expect(
      statementsIn(
        manifest([stated(900, 'https://slsa.dev/provenance/v1'), { size: 3 }, stated(70, 'https://spdx.dev/Document')]),
      ),
    ).toEqual([
      { predicateType: 'https://slsa.dev/provenance/v1', sizeBytes: 900 },
      { predicateType: 'https://spdx.dev/Document', sizeBytes: 70 },
    ])
  })

  it('are none where no layer says it', () => {
    expect(statementsIn(manifest([{ size: 3, annotations: {} }]))).toEqual([])
    expect(statementsIn(Buffer.from('{}'))).toEqual([])
  })
})
