// A job's log as lines for a terminal: the markers of sections are taken out, a line that was written over shows its last
// text, and of all escape sequences only colours pass, so that no job can steer the terminal. Pure.
import { stripVTControlCharacters } from 'node:util'
import { findSectionMarkers } from '../../logs/section.ts'

export type LogLine = {
  readonly text: string
  /** The innermost section that it stands in; null: in none. */
  readonly section: string | null
}

export type LogLines = {
  readonly write: (bytes: Uint8Array) => readonly LogLine[]
  /** What stands behind the last newline. */
  readonly end: () => readonly LogLine[]
}

/** So much of a line without an end is kept before it is shown as it is. */
const maxLineLength = 64 * 1024

export function createLogLines(hasColours: boolean): LogLines {
  const decoder = new TextDecoder()
  let rest = ''
  let sections: readonly string[] = []

  function take(line: string): readonly LogLine[] {
    const markers = findSectionMarkers(line)
    let text = ''
    let at = 0
    for (const { kind, name, start, end } of markers) {
      text += line.slice(at, start)
      at = end
      sections = kind === 'start' ? [...sections, name] : sections.slice(0, sections.lastIndexOf(name))
    }
    text += line.slice(at)
    const shown = visible(text, hasColours)
    return markers.length > 0 && shown === '' ? [] : [{ text: shown, section: sections.at(-1) ?? null }]
  }

  function split(text: string): readonly LogLine[] {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > maxLineLength) {
      lines.push(rest)
      rest = ''
    }
    return lines.flatMap(take)
  }

  return {
    write: bytes => split(decoder.decode(bytes, { stream: true })),
    end() {
      const lines = split(decoder.decode())
      const last = rest
      rest = ''
      return last === '' ? lines : [...lines, ...take(last)]
    },
  }
}

const colour = /(\x1b\[[\d;:]*m)/

function visible(line: string, hasColours: boolean): string {
  const written = line.replace(/\r+$/, '')
  const last = written.slice(written.lastIndexOf('\r') + 1)
  if (!hasColours) return plain(last)
  const parts = last.split(colour)
  const text = parts.map((part, index) => (index % 2 === 1 ? part : plain(part))).join('')
  if (plain(text) === '') return ''
  return parts.length > 1 ? `${text}\x1b[0m` : text
}

/** Tabs stay. */
function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '')
}
