import { compileRegex } from './regex.ts'

// `rules:if` and `only:variables`:
//
//   expr    := and { "||" and }
//   and     := cmp { "&&" cmp }
//   cmp     := unary { ("==" | "!=" | "=~" | "!~") unary }
//   unary   := "!" unary | primary
//   primary := "(" expr ")" | $NAME | $[[ inputs.x ]] | "text" | 'text' | /re2/flags | null | true | false

export type Expression =
  | { readonly type: 'variable'; readonly name: string }
  | { readonly type: 'literal'; readonly value: string | boolean | null }
  | { readonly type: 'regex'; readonly text: string }
  | { readonly type: 'not'; readonly operand: Expression }
  | {
      readonly type: '==' | '!=' | '=~' | '!~' | '&&' | '||'
      readonly left: Expression
      readonly right: Expression
    }

const maxTokens = 100

/** null when the text is no expression. */
export function parseExpression(text: string): Expression | null {
  const tokens = tokensOf(text)
  if (!tokens || tokens.length === 0 || tokens.length > maxTokens) return null
  const parser = createParser(tokens)
  const expression = parser.parseOr()
  return parser.isAtEnd() ? expression : null
}

interface Token {
  readonly type: 'operand' | 'operator'
  readonly text: string
  readonly operand: Expression | null
}

const tokenPattern =
  /\s+|\$(?<name>\w+)|\$\[\[\s*(?<input>inputs\.[\w-]+)\s*\]\]|"(?<double>[^"]*)"|'(?<single>[^']*)'|(?<regex>\/(?:[^/]|\\\/)+[^\\]\/[ismU]*)|(?<word>null|true|false)\b|(?<operator>==|!=|=~|!~|&&|\|\||!|\(|\))/y

function tokensOf(text: string): readonly Token[] | null {
  const tokens: Token[] = []
  tokenPattern.lastIndex = 0
  while (tokenPattern.lastIndex < text.length) {
    const groups = tokenPattern.exec(text)?.groups
    if (!groups || tokens.length > maxTokens) return null
    const token = tokenOf(groups)
    if (token === 'invalid') return null
    if (token) tokens.push(token)
  }
  return tokens
}

function tokenOf(groups: Readonly<Record<string, string | undefined>>): Token | null | 'invalid' {
  const { input, name = input, double, single, regex, word, operator } = groups
  if (operator !== undefined) return { type: 'operator', text: operator, operand: null }
  if (regex !== undefined) return compileRegex(regex) ? operandToken({ type: 'regex', text: regex }) : 'invalid'
  if (name !== undefined) return operandToken({ type: 'variable', name })
  if (word !== undefined) return operandToken({ type: 'literal', value: word === 'null' ? null : word === 'true' })
  const value = double ?? single
  return value === undefined ? null : operandToken({ type: 'literal', value })
}

function operandToken(operand: Expression): Token {
  return { type: 'operand', text: '', operand }
}

function createParser(tokens: readonly Token[]) {
  let at = 0

  const take = (...operators: readonly string[]): string | null => {
    const token = tokens[at]
    if (token?.type !== 'operator' || !operators.includes(token.text)) return null
    at++
    return token.text
  }

  const parseChain = (operators: readonly BinaryType[], parseOperand: () => Expression | null): Expression | null => {
    let left = parseOperand()
    for (let type = take(...operators); type !== null; type = take(...operators)) {
      const right = parseOperand()
      if (!left || !right) return null
      left = { type: type as BinaryType, left, right }
    }
    return left
  }

  const parseOr = (): Expression | null => parseChain(['||'], parseAnd)
  const parseAnd = (): Expression | null => parseChain(['&&'], parseComparison)
  const parseComparison = (): Expression | null => parseChain(['==', '!=', '=~', '!~'], parseUnary)

  function parseUnary(): Expression | null {
    if (take('!') === null) return parsePrimary()
    const operand = parseUnary()
    return operand && { type: 'not', operand }
  }

  function parsePrimary(): Expression | null {
    if (take('(') !== null) {
      const inner = parseOr()
      return take(')') === null ? null : inner
    }
    return tokens[at]?.operand ? (tokens[at++]?.operand ?? null) : null
  }

  return { parseOr, isAtEnd: () => at === tokens.length }
}

type BinaryType = '==' | '!=' | '=~' | '!~' | '&&' | '||'
