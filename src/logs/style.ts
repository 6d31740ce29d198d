// How a piece of a log looks: what the SGR escape (`ESC [ … m`) can say. Pure, for the browser too.

export type Colour =
  /** 0–15 are the theme's; 16–255 the fixed cube and greys. */
  | number
  /** `#rrggbb` */
  | string

export type Style = {
  readonly foreground: Colour | null
  readonly background: Colour | null
  readonly bold: boolean
  readonly dim: boolean
  readonly italic: boolean
  readonly underline: boolean
  readonly inverse: boolean
  readonly strike: boolean
}

export const plainStyle: Style = {
  foreground: null,
  background: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
  strike: false,
}

/** The style after an SGR with these parameters; unknown ones are passed over. */
export function applySgr(style: Style, parameters: readonly number[]): Style {
  if (parameters.length === 0) return plainStyle
  let next = style
  for (let index = 0; index < parameters.length; index += 1) {
    const code = parameters[index] ?? 0
    if (code === 38 || code === 48) {
      const { colour, used } = extendedColour(parameters.slice(index + 1))
      if (colour !== null) next = code === 38 ? { ...next, foreground: colour } : { ...next, background: colour }
      index += used
    } else next = applyCode(next, code)
  }
  return next
}

function applyCode(style: Style, code: number): Style {
  if (code >= 30 && code <= 37) return { ...style, foreground: code - 30 }
  if (code >= 90 && code <= 97) return { ...style, foreground: code - 82 }
  if (code >= 40 && code <= 47) return { ...style, background: code - 40 }
  if (code >= 100 && code <= 107) return { ...style, background: code - 92 }
  const change = changes[code]
  return change === undefined ? style : { ...style, ...change }
}

const changes: Readonly<Record<number, Partial<Style>>> = {
  0: plainStyle,
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { strike: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  29: { strike: false },
  39: { foreground: null },
  49: { background: null },
}

/** What follows 38 or 48: `5;n` or `2;r;g;b`. */
function extendedColour(rest: readonly number[]): { readonly colour: Colour | null; readonly used: number } {
  const [kind, first, second, third] = rest
  if (kind === 5) return { colour: isByte(first) ? first : null, used: 2 }
  if (kind !== 2) return { colour: null, used: 0 }
  if (!isByte(first) || !isByte(second) || !isByte(third)) return { colour: null, used: 4 }
  return { colour: `#${[first, second, third].map(value => value.toString(16).padStart(2, '0')).join('')}`, used: 4 }
}

function isByte(value: number | undefined): value is number {
  return value !== undefined && value <= 255
}
