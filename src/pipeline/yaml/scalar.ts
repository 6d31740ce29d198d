import type { Place, ScalarNode } from './node.ts'

// Plain scalars as Ruby's Psych reads them: YAML 1.1 with deviations of its own (`y` is text, `1,000` is a number,
// `1e3` is text, `12:30` is 45000). Order and expressions follow Psych's ScalarScanner.

export type ScalarReading = ScalarNode | { readonly refused: string }

export function readPlainScalar(source: string, place: Place): ScalarReading {
  if (source === '') return scalar('null', null, '', place)
  if (looksLikeWords(source)) return readWord(source, place)
  if (timePattern.test(source)) return { refused: 'Tried to load unspecified class: Time' }
  if (datePattern.test(source)) return { refused: 'Tried to load unspecified class: Date' }
  return readNumber(source, place) ?? textScalar(readSymbol(source), place)
}

export function textScalar(text: string, place: Place): ScalarNode {
  return scalar('string', text, text, place)
}

const wordsPattern = /^[^\d.:-]?[\p{Alphabetic}_\s!@#$%^&*(){}<>|/\\~;=]+/u
const timePattern =
  /^-?\d{4}-\d{1,2}-\d{1,2}(?:[Tt]|\s+)\d{1,2}:\d\d:\d\d(?:\.\d*)?(?:\s*(?:Z|[-+]\d{1,2}:?(?:\d\d)?))?$/
const datePattern = /^\d{4}-(?:1[012]|0\d|\d)-(?:[12]\d|3[01]|0\d|\d)$/
const sexagesimalPattern = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9]){1,2}$/
const sexagesimalFloatPattern = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9]){1,2}\.[0-9_]*$/
const floatPattern = /^[-+]?(?:[0-9][0-9_,]*)?\.[0-9]*(?:[eE][+-][0-9]+)?$/
const binaryPattern = /^[-+]?0b[_,]*[01][01_,]*$/
const octalPattern = /^[-+]?0[_,]*[0-7][0-7_,]*$/
const decimalPattern = /^[-+]?(?:0|[1-9](?:[0-9]|,[0-9]|_[0-9])*)$/
const hexPattern = /^[-+]?0x[_,]*[0-9a-fA-F][0-9a-fA-F_,]*$/

/** Longer ones are text: nobody counts that far, and reading them would take its time. */
const maxNumberLength = 100

function looksLikeWords(source: string): boolean {
  return source.includes('\n') || wordsPattern.test(source)
}

function readWord(source: string, place: Place): ScalarNode {
  if (source.length > 5) return textScalar(source, place)
  switch (source.toLowerCase()) {
    case '~':
    case 'null':
      return scalar('null', null, '', place)
    case 'yes':
    case 'true':
    case 'on':
      return scalar('boolean', true, 'true', place)
    case 'no':
    case 'false':
    case 'off':
      return scalar('boolean', false, 'false', place)
    default:
      return textScalar(source, place)
  }
}

function readNumber(source: string, place: Place): ScalarNode | null {
  if (source.length > maxNumberLength) return null
  if (/^\+?\.inf$/i.test(source)) return floatScalar(Number.POSITIVE_INFINITY, place)
  if (/^-\.inf$/i.test(source)) return floatScalar(Number.NEGATIVE_INFINITY, place)
  if (/^\.nan$/i.test(source)) return floatScalar(Number.NaN, place)
  if (sexagesimalPattern.test(source)) return integerScalar(BigInt(readSexagesimal(source)), place)
  if (sexagesimalFloatPattern.test(source)) return floatScalar(readSexagesimal(source), place)
  if (floatPattern.test(source) && /\d.*/.test(source.split(/e/i)[0] ?? ''))
    return floatScalar(Number(withoutMarks(source)), place)
  if (binaryPattern.test(source))
    return integerScalar(
      signed(source, digits => BigInt(digits)),
      place,
    )
  if (octalPattern.test(source))
    return integerScalar(
      signed(source, digits => BigInt(`0o${digits}`)),
      place,
    )
  if (decimalPattern.test(source))
    return integerScalar(
      signed(source, digits => BigInt(digits)),
      place,
    )
  if (hexPattern.test(source))
    return integerScalar(
      signed(source, digits => BigInt(digits)),
      place,
    )
  return null
}

function readSymbol(source: string): string {
  if (!/^:./.test(source)) return source
  return /^:["']([^"']+)["']/.exec(source)?.[1] ?? source.slice(1)
}

function withoutMarks(source: string): string {
  return source.replace(/[,_]/g, '')
}

function signed(source: string, read: (digits: string) => bigint): bigint {
  const digits = withoutMarks(source).replace(/^[-+]/, '')
  return source.startsWith('-') ? -read(digits) : read(digits)
}

function readSexagesimal(source: string): number {
  return source.split(':').reduce((sum, part, index) => sum + Number(withoutMarks(part)) * 60 ** Math.abs(index - 2), 0)
}

function integerScalar(value: bigint, place: Place): ScalarNode {
  return scalar('integer', Number(value), String(value), place)
}

function floatScalar(value: number, place: Place): ScalarNode {
  return scalar('float', value, rubyFloatText(value), place)
}

function rubyFloatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e16))
    return value
      .toExponential()
      .replace(/^(-?\d)e/, '$1.0e')
      .replace(/e([+-])(\d)$/, 'e$10$2')
  return Number.isInteger(value) ? `${value}.0` : String(value)
}

function scalar(type: ScalarNode['type'], value: ScalarNode['value'], text: string, place: Place): ScalarNode {
  return { kind: 'scalar', type, value, text, place }
}
