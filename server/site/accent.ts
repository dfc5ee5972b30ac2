import { clampChroma, converter, formatHex, type Oklch, parse, wcagContrast } from 'culori'
import { OperatorError } from '../errors.ts'

/** What text in the accent colour stands on in each scheme: paper and card of app/globals.css. */
export const BACKGROUNDS = { light: ['#fbfaf8', '#ffffff'], dark: ['#161514', '#1e1c1b'] }

/** WCAG 2.2, 1.4.3. */
export const MIN_CONTRAST = 4.5
// A shade with less of the chroma looks like another colour: a readable yellow on white is olive.
const MIN_KEPT_CHROMA = 0.6
// Below it, a colour looks grey, and has nothing to lose.
const GREY_CHROMA = 0.02
const LIGHTNESS_STEP = 0.005

type Scheme = keyof typeof BACKGROUNDS
type Shade = { hex: string; isFaded: boolean }

const toOklch = converter('oklch')

/**
 * A shade of the CSS colour `text` for each scheme that is readable there: the colour itself where possible, else the nearest lightness of
 * the same hue.
 * @throws OperatorError when it is no colour, is transparent, or a readable shade does not look like it.
 */
export function deriveAccent(text: string): { light: string; dark: string } {
  const color = parse(text.trim())
  const oklch = toOklch(color)
  if (color === undefined || oklch === undefined)
    throw new OperatorError(`SITE_ACCENT is "${text}"; it must be a CSS colour, such as #8a3b12, royalblue or oklch(50% 0.15 250)`)
  if ((color.alpha ?? 1) < 1)
    throw new OperatorError(
      `SITE_ACCENT is "${text}", which is transparent: what is behind it would decide whether it can be read; the same colour without transparency is ${formatHex({ ...color, alpha: 1 })}`,
    )
  const light = findShade(oklch, 'light')
  const dark = findShade(oklch, 'dark')
  for (const [scheme, { hex, isFaded }] of [['light', light] as const, ['dark', dark] as const])
    if (isFaded)
      throw new OperatorError(
        `SITE_ACCENT is "${text}"; where it is readable in the ${scheme} scheme (${MIN_CONTRAST}:1), it is another colour; the nearest that works is ${hex}`,
      )
  return { light: light.hex, dark: dark.hex }
}

/** The shade of `color` with the nearest lightness that is readable in `scheme`. */
function findShade(color: Oklch, scheme: Scheme): Shade {
  const own = formatHex(color)
  if (isReadable(own, scheme)) return { hex: own, isFaded: false }
  const step = scheme === 'light' ? -LIGHTNESS_STEP : LIGHTNESS_STEP
  for (let l = color.l; ; l += step) {
    const shade = clampChroma({ ...color, l: Math.min(1, Math.max(0, l)) }, 'oklch')
    const hex = formatHex(shade)
    // White and black, at the ends, are readable.
    if (isReadable(hex, scheme)) return { hex, isFaded: color.c > GREY_CHROMA && shade.c < MIN_KEPT_CHROMA * color.c }
  }
}

function isReadable(hex: string, scheme: Scheme): boolean {
  return BACKGROUNDS[scheme].every((background) => wcagContrast(hex, background) >= MIN_CONTRAST)
}
