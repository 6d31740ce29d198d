import type { Field, Shape } from './shape.ts'
import type { Spot } from './spot.ts'

/** A keyword that GitLab knows and Slipway does not: named as such, never ignored. */
export function refused(because = ''): Field {
  return { shape: refusedShape(because), as: 'entry' }
}

export function isRefused(field: Field): boolean {
  return refusals.has(field.shape)
}

const refusals = new WeakSet<Shape>()

function refusedShape(because: string): Shape {
  const shape: Shape = {
    schema: { not: {} },
    check: (node, spot: Spot) =>
      spot.diagnostics.error(
        `${spot.location} is not supported by Slipway${because && `: ${because}`}`,
        spot.path,
        node.place,
      ),
  }
  refusals.add(shape)
  return shape
}
