import type { Expression } from './expression.ts'
import { compileRegex } from './regex.ts'

type Value = string | boolean | null

/** Whether the expression holds: null, false and blank text do not, "0" and "false" do. */
export function holds(expression: Expression, readVariable: (name: string) => string | null): boolean {
  return isPresent(evaluate(expression, readVariable))
}

/** The variables that an expression reads, whether or not evaluation gets that far. */
export function variablesIn(expression: Expression): readonly string[] {
  switch (expression.type) {
    case 'variable':
      return [expression.name]
    case 'literal':
    case 'regex':
      return []
    case 'not':
      return variablesIn(expression.operand)
    default:
      return [...variablesIn(expression.left), ...variablesIn(expression.right)]
  }
}

function evaluate(expression: Expression, readVariable: (name: string) => string | null): Value {
  switch (expression.type) {
    case 'variable':
      return readVariable(expression.name)
    case 'literal':
      return expression.value
    case 'regex':
      return expression.text
    case 'not':
      return !isPresent(evaluate(expression.operand, readVariable))
  }
  const left = evaluate(expression.left, readVariable)
  // `&&` and `||` hand on their operands; an empty text counts as something here, unlike in the final result.
  if (expression.type === '&&') return isNothing(left) ? left : evaluate(expression.right, readVariable)
  if (expression.type === '||') return isNothing(left) ? evaluate(expression.right, readVariable) : left
  const right = evaluate(expression.right, readVariable)
  switch (expression.type) {
    case '==':
      return isEqual(left, right)
    case '!=':
      return !isEqual(left, right)
    case '=~':
      return isMatch(left, right)
    case '!~':
      return !isMatch(left, right)
  }
}

function isPresent(value: Value): boolean {
  return typeof value === 'string' ? value.trim() !== '' : value === true
}

function isNothing(value: Value): boolean {
  return value === null || value === false
}

function isEqual(left: Value, right: Value): boolean {
  return left === null || right === null ? left === right : String(left) === String(right)
}

function isMatch(left: Value, right: Value): boolean {
  if (right === null) return false
  const subject = left === null ? '' : String(left)
  const pattern = String(right)
  // Text that is no pattern on the right side: the left must occur in it.
  return compileRegex(pattern)?.matches(subject) ?? pattern.includes(subject)
}
