// A painted row cut into what is shown: text with a look, marks where a search hits, links where an address stands.
import type { Segment } from '../../logs/paint.ts'
import type { Colour, Style } from '../../logs/style.ts'

export type RowPart = {
  readonly text: string
  readonly classes: string
  readonly colour: string | undefined
  readonly background: string | undefined
  readonly isMark: boolean
  readonly href: string | undefined
}

type Places = readonly (readonly [number, number])[]

const address = /https?:\/\/[^\s"'<>`\\^{}|]+[^\s"'<>`\\^{}|.,;:!?)\]]/g

/** @param hasLinks false where a link cannot stand, as inside a button */
export function rowParts(segments: readonly Segment[], marks: Places, hasLinks = true): readonly RowPart[] {
  const parts: RowPart[] = []
  let at = 0
  for (const { text, style } of segments) {
    const links = hasLinks ? placesOfLinks(text, at) : []
    for (const [start, end] of cuts(
      at,
      at + text.length,
      marks,
      links.map(link => link.place),
    )) {
      const link = links.find(each => each.place[0] <= start && end <= each.place[1])
      parts.push({
        text: text.slice(start - at, end - at),
        ...lookOf(style),
        isMark: isInside(start, end, marks),
        href: link?.href,
      })
    }
    at += text.length
  }
  return parts
}

/** The pieces of `[start, end)` between all borders that fall into it. */
function cuts(start: number, end: number, ...places: readonly Places[]): (readonly [number, number])[] {
  const inner = places.flat(2).filter(border => border > start && border < end)
  if (inner.length === 0) return [[start, end]]
  const borders = [...new Set([start, ...inner, end])].sort((one, other) => one - other)
  return borders.slice(1).map((border, index) => [borders[index] ?? start, border] as const)
}

function placesOfLinks(
  text: string,
  offset: number,
): { readonly place: readonly [number, number]; readonly href: string }[] {
  if (!text.includes('://')) return []
  return [...text.matchAll(address)].map(match => ({
    place: [offset + match.index, offset + match.index + match[0].length] as const,
    href: match[0],
  }))
}

function isInside(start: number, end: number, places: Places): boolean {
  return places.some(([from, to]) => from <= start && end <= to)
}

function lookOf(style: Style): Pick<RowPart, 'classes' | 'colour' | 'background'> {
  const foreground = style.inverse ? (style.background ?? 'ground') : style.foreground
  const background = style.inverse ? (style.foreground ?? 'text') : style.background
  const classes = [
    named('fg', foreground),
    named('bg', background),
    style.bold && 'log-bold',
    style.dim && 'log-dim',
    style.italic && 'log-italic',
    style.underline && 'log-underline',
    style.strike && 'log-strike',
  ]
  return { classes: classes.filter(Boolean).join(' '), colour: exact(foreground), background: exact(background) }
}

/** The sixteen colours of the theme are classes, and so are its own two when they change places. */
function named(prefix: string, colour: Colour | null): string | false {
  if (colour === 'ground' || colour === 'text') return `log-${prefix}-${colour}`
  return typeof colour === 'number' && colour < 16 && `log-${prefix}-${colour}`
}

function exact(colour: Colour | null): string | undefined {
  if (typeof colour === 'string') return colour.startsWith('#') ? colour : undefined
  return colour === null || colour < 16 ? undefined : fixedColour(colour)
}

/** 16–231: a cube of six steps; 232–255: greys. */
function fixedColour(colour: number): string {
  if (colour >= 232) {
    const grey = 8 + (colour - 232) * 10
    return `rgb(${grey} ${grey} ${grey})`
  }
  const step = (value: number): number => (value === 0 ? 0 : 55 + value * 40)
  const cube = colour - 16
  return `rgb(${step(Math.floor(cube / 36))} ${step(Math.floor(cube / 6) % 6)} ${step(cube % 6)})`
}
