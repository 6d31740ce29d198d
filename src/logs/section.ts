// Sections of a log: `section_start:<unix>:<name>[options]\r ESC[0K title` … `section_end:<unix>:<name>\r ESC[0K`.
// Pure, for the browser too.

export type Section = {
  readonly name: string
  /** The row of the title. */
  readonly row: number
  /** The last row inside; null while it is open. The row of the title when it is empty. */
  readonly lastRow: number | null
  /** Seconds since the epoch. */
  readonly startedAt: number
  readonly endedAt: number | null
  readonly isCollapsed: boolean
  readonly hidesDuration: boolean
  /** 0: not inside another one. */
  readonly depth: number
}

export type SectionMarker = {
  readonly kind: 'start' | 'end'
  readonly name: string
  readonly time: number
  readonly isCollapsed: boolean
  readonly hidesDuration: boolean
  /** Offsets in the text. */
  readonly start: number
  readonly end: number
}

const markerPattern = /section_(start|end):(\d{1,12}):([A-Za-z0-9_.-]{1,256})(\[[^\]\r\n]{0,256}\])?\r(?:\x1b\[0K)?/g

/** The markers in one row, in order. */
export function findSectionMarkers(row: string): readonly SectionMarker[] {
  if (!row.includes('section_')) return []
  return [...row.matchAll(markerPattern)].map(match => {
    const options = match[4] ?? ''
    return {
      kind: match[1] === 'start' ? 'start' : 'end',
      name: match[3] ?? '',
      time: Number(match[2]),
      isCollapsed: /[[,\s]collapsed=true[\],\s]/.test(options),
      hidesDuration: /[[,\s]hide_duration=true[\],\s]/.test(options),
      start: match.index,
      end: match.index + match[0].length,
    }
  })
}

/** All sections so far in the order of their starts, and which of them are open. */
export type SectionList = {
  readonly all: readonly Section[]
  readonly open: (marker: SectionMarker, row: number) => void
  /** `lastRow`: the last row that belongs to what ends here. An end without its start changes nothing. */
  readonly close: (marker: SectionMarker, lastRow: number) => void
}

export function createSectionList(): SectionList {
  const all: Section[] = []
  const stack: number[] = []
  return {
    all,
    open({ name, time, isCollapsed, hidesDuration }, row) {
      stack.push(all.length)
      const depth = stack.length - 1
      all.push({ name, row, lastRow: null, startedAt: time, endedAt: null, isCollapsed, hidesDuration, depth })
    },
    close({ name, time }, lastRow) {
      const at = stack.findLastIndex(index => all[index]?.name === name)
      if (at === -1) return
      for (const index of stack.splice(at)) {
        const section = all[index]
        if (section !== undefined) all[index] = { ...section, lastRow: Math.max(section.row, lastRow), endedAt: time }
      }
    },
  }
}
