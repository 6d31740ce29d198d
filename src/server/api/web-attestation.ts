// What BuildKit lays beside an image in its index: a manifest for each platform whose layers are in-toto statements, one
// of where the image came from, one of what is in it. PURE.

export type Statement = {
  /** Such as `https://slsa.dev/provenance/v1` or `https://spdx.dev/Document`. */
  readonly predicateType: string
  readonly sizeBytes: number
}

const predicateAnnotation = 'in-toto.io/predicate-type'

/** @param payload a stored manifest; empty when its layers do not say what they state */
export function statementsIn(payload: Uint8Array): readonly Statement[] {
  const { layers = [] } = JSON.parse(Buffer.from(payload).toString('utf8')) as {
    readonly layers?: readonly { readonly size: number; readonly annotations?: Readonly<Record<string, string>> }[]
  }
  return layers.flatMap(({ size, annotations }) => {
    const predicateType = annotations?.[predicateAnnotation]
    return predicateType === undefined ? [] : [{ predicateType, sizeBytes: size }]
  })
}
