import { compileRegex } from '../condition/regex.ts'
import { oneMonthSeconds, oneWeekSeconds, parseDuration } from '../duration.ts'
import type { YamlNode } from '../yaml/node.ts'
import type { Shape } from './shape.ts'
import { complain, type Spot } from './spot.ts'

// Texts and numbers with a meaning of their own.

export function integerBetween(least: number, most: number, otherwise: string): Shape {
  return {
    schema: { type: 'integer', minimum: least, maximum: most },
    check: (node, spot) => {
      if (node.kind !== 'scalar' || node.type !== 'integer') complain(spot, node, otherwise)
      else if (Number(node.value) < least) complain(spot, node, `must be greater than or equal to ${least}`)
      else if (Number(node.value) > most) complain(spot, node, `must be less than or equal to ${most}`)
    },
  }
}

export interface DurationOptions {
  readonly limitSeconds?: number
  readonly mayBeNever?: boolean
  readonly mayBeVariable?: boolean
}

export function duration(options: DurationOptions = {}): Shape {
  return {
    schema: { type: 'string', examples: ['1 hour', '1h 30m'] },
    check: (node, spot) => {
      if (node.kind === 'scalar' && node.type === 'string') {
        if (options.mayBeNever && node.text.trim().toLowerCase() === 'never') return
        if (options.mayBeVariable && node.text.includes('$')) return
        const seconds = parseDuration(node.text)
        if (seconds !== null) return checkLimit(seconds, options.limitSeconds, node, spot)
      }
      complain(spot, node, `should be a duration${hintFor(node)}`)
    },
  }
}

export const jobTimeout = duration({ limitSeconds: oneMonthSeconds })
export const startIn = duration({ limitSeconds: oneWeekSeconds })

/** `/re2/`, as `coverage` takes it. */
export function slashRegex(otherwise: string): Shape {
  return {
    schema: { type: 'string', format: 'regex', pattern: '^/.+/$' },
    check: (node, spot) => {
      const isRight =
        node.kind === 'scalar' && node.type === 'string' && /^\/.*\/$/s.test(node.text) && compileRegex(node.text)
      if (!isRight) complain(spot, node, otherwise)
    },
  }
}

export function matching(pattern: RegExp, reason: string, otherwise = 'should be a string'): Shape {
  return {
    schema: { type: 'string', pattern: pattern.source },
    check: (node, spot) => {
      if (node.kind !== 'scalar' || node.type !== 'string') complain(spot, node, otherwise)
      else if (!pattern.test(node.text)) complain(spot, node, reason)
    },
  }
}

function checkLimit(seconds: number, limitSeconds: number | undefined, node: YamlNode, spot: Spot): void {
  if (limitSeconds !== undefined && seconds > limitSeconds) complain(spot, node, 'should not exceed the limit')
}

function hintFor(node: YamlNode): string {
  return node.kind === 'scalar' && node.type === 'integer' ? ` (a text: write "${node.text} seconds")` : ''
}
