import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { converter, formatHex, wcagContrast } from 'culori'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ROOT } from '../../server/paths.ts'
import { BACKGROUNDS, deriveAccent, MIN_CONTRAST } from '../../server/site/accent.ts'

const GLOBALS = readFileSync(join(ROOT, 'app/globals.css'), 'utf8')
const toOklch = converter('oklch')

/** The values of a colour of globals.css: light, dark, print. */
function listValues(name: string): string[] {
  return [...GLOBALS.matchAll(new RegExp(`--color-${name}: (#[\\da-f]{6});`, 'g'))].map(([, value = '']) => value)
}

/** How far the hues of two colours are apart, in OKLab, at the lower chroma of both: the hue of a grey means nothing. */
function hueDistance(first: string, second: string): number {
  const [one, other] = [toOklch(first), toOklch(second)]
  if (one === undefined || other === undefined) throw new Error(`${first} or ${second} is no colour`)
  return Math.abs(2 * Math.min(one.c, other.c) * Math.sin((((one.h ?? 0) - (other.h ?? 0)) / 360) * Math.PI))
}

function expectReadable({ light, dark }: { light: string; dark: string }): void {
  for (const background of BACKGROUNDS.light) expect(wcagContrast(light, background)).toBeGreaterThanOrEqual(MIN_CONTRAST)
  for (const background of BACKGROUNDS.dark) expect(wcagContrast(dark, background)).toBeGreaterThanOrEqual(MIN_CONTRAST)
}

test('the colours that an accent stands on are those of globals.css', () => {
  const [paper, card] = [listValues('paper'), listValues('card')]
  expect(BACKGROUNDS).toEqual({ light: [paper[0], card[0]], dark: [paper[1], card[1]] })
})

test('any colour gets readable shades of its hue, or a nearest colour that does', () => {
  let refused = 0
  const channel = fc.integer({ min: 0, max: 255 })
  // Of the cube's corners and edges, too: they fade most.
  const extreme = fc.oneof(channel, fc.constantFrom(0, 255))
  fc.assert(
    fc.property(fc.tuple(extreme, extreme, extreme), ([r, g, b]) => {
      const color = formatHex({ mode: 'rgb', r: r / 255, g: g / 255, b: b / 255 })
      try {
        const shades = deriveAccent(color)
        expectReadable(shades)
        for (const shade of Object.values(shades)) expect(hueDistance(color, shade)).toBeLessThan(0.01)
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('SITE_ACCENT')) throw error
        const nearest = /the nearest that works is (#[\da-f]{6})$/.exec(error.message)?.[1] ?? ''
        expectReadable(deriveAccent(nearest))
        refused += 1
      }
    }),
    { numRuns: 1_000 },
  )
  expect(refused).toBeGreaterThan(0)
})

test.each(['#0EA5E9', 'rgb(200, 30, 30)', 'hsl(120 100% 25%)', 'oklch(60% 0.2 20)', 'color(display-p3 1 0 0)', ' navy ', 'black', 'white'])(
  '%s is a colour',
  (color) => {
    expectReadable(deriveAccent(color))
  },
)

test('a colour that is readable stays as it is', () => {
  expect(deriveAccent('#0000ff').light).toBe('#0000ff')
  expect(deriveAccent('gold').dark).toBe('#ffd700')
})
