import { readFileSync } from 'node:fs'
import { inGamut, wcagContrast } from 'culori'
import { describe, expect, test } from 'vitest'
import { HUES, hueOf, initialsOf } from '../../app/_views/initials.ts'

describe('initialsOf', () => {
  test.each([
    ['Jürgen Smith', 'JS'],
    ['alan', 'A'],
    ['jurgen.smith28', 'JS'],
    ['smith_thomas', 'ST'],
    ['ann-marie', 'AM'],
    ['smith.28', 'S'],
    ["O'Brien", 'O'],
    ["Miles O'Brien", 'MO'],
    ['Jean-Luc Picard', 'JP'],
    ['Johann Wolfgang von Goethe', 'JG'],
    ['Łukasz Ångström-Núñez', 'ŁÅ'],
    ['A\u030angstro\u0308m', 'Å'],
    ['Ελένη Παπαδοπούλου', 'ΕΠ'],
    ['анна каренина', 'АК'],
    ['ნინო ბერიძე', 'ნბ'],
    ['अनन्या शर्मा', 'अश'],
    ['किरण', 'कि'],
    ['நிலா ராஜன்', 'நி'],
    ['e\u0323\u0301va x\u0323\u0301y', 'Ẹ́'],
    ['王小明', '王'],
    ['ヤマダ 太郎', 'ヤ太'],
    ['김 민준', '김민'],
    ['אברהם כהן', 'אכ'],
    ['فاطمة الزهراء', 'ف\u200cا'],
    ['فاطمة', 'ف'],
    ['ﬁona', 'F'],
    ["'t Hooft", 'TH'],
    ['(Ann) “Smith”', 'AS'],
    ['\u202eAnn\u200b \u2066Twin', 'AT'],
    ['😀 Ann', 'A'],
    ['👩🏽\u200d🚒', '👩🏽\u200d🚒'],
    ['007', '0'],
    ['---', '-'],
    ['Ren\ufffd', 'R'],
    ['', ''],
    ['\u2060\u3164\u0301', ''],
  ])('of %j are %j', (name, initials) => {
    expect(initialsOf(name)).toBe(initials)
  })
})

test('a hue belongs to a name, whatever its spelling, on every machine', () => {
  expect(hueOf('Zoë')).toBe(hueOf(' ZOE\u0308\u200b'))
  expect(['Ada', 'Grace', 'Łukasz'].map(hueOf)).toEqual([7, 7, 1])
})

describe('initials-disc.css', () => {
  const css = readFileSync(new URL('../../app/_views/initials-disc.css', import.meta.url), 'utf8')
  const hues = [...css.matchAll(/\.hue-(\d+) \{\s*--hue: (\d+);/g)].map(([, number, degrees]) => ({ number: Number(number), degrees }))
  const isInGamut = inGamut('rgb')
  const colours = [...css.matchAll(/background: (oklch\(.+\));\s*color: (oklch\(.+\));/g)]

  test('has each hue once', () => {
    expect(hues.map(({ number }) => number)).toEqual(Array.from({ length: HUES }, (_, number) => number))
    expect(new Set(hues.map(({ degrees }) => degrees)).size).toBe(HUES)
  })

  test('keeps a contrast of 4.5:1 for every hue in both colour schemes', () => {
    expect(colours).toHaveLength(2)
    for (const [, background = '', ink = ''] of colours)
      for (const { degrees = '' } of hues) {
        const tint = background.replace('var(--hue)', degrees)
        const text = ink.replace('var(--hue)', degrees)
        // Outside of it, each browser draws another colour.
        expect([tint, text].every(isInGamut)).toBe(true)
        expect(wcagContrast(tint, text)).toBeGreaterThanOrEqual(4.5)
      }
  })
})
