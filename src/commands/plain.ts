/**
 * Names, titles and messages come from others: nothing in them may steer the terminal, break a line, or make them read as
 * something else.
 */
export function plain(text: string): string {
  return text.replace(/[\t\r\n]+/g, ' ').replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
}
