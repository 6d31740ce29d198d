// Tokens of this server and signed URLs are masked even when nobody named them as secrets: after one of these openers,
// every byte that can belong to the value is covered. The opener itself stays readable.
import type { Pattern } from './automaton.ts'

const tokenPrefixes = ['glpat-', 'glcbt-', 'gldt-', 'glrt-', 'glptt-', 'slpl-', 'slps-']

const urlParameters = [
  'private_token',
  'authenticity_token',
  'job_token',
  'access_token',
  'feed_token',
  'rss_token',
  'X-Amz-Signature',
  'X-Amz-Credential',
  'X-Amz-Security-Token',
  'X-Goog-Signature',
  'X-Goog-Credential',
]

const tokenRun = 1
const urlRun = 2

export const openers: readonly Pattern[] = [
  ...tokenPrefixes.map(prefix => ({ bytes: ascii(prefix), opens: tokenRun })),
  ...urlParameters.flatMap(spellings).map(text => ({ bytes: ascii(text), opens: urlRun })),
]

/** By byte: in which kinds of run it goes on. */
export const runMember: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte)
  const inToken = /[A-Za-z0-9_.-]/.test(character) ? tokenRun : 0
  const inUrl = byte > 0x20 && byte < 0x7f && !/[&;#"'<>`|\\,)\]}]/.test(character) ? urlRun : 0
  return inToken | inUrl
})

/** The three common ways to write it; what stands before it does not matter (`?`, `&`, `-d `). */
function spellings(name: string): readonly string[] {
  return [...new Set([name, name.toLowerCase(), name.toUpperCase()])].map(spelled => `${spelled}=`)
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
