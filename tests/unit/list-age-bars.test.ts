import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { listAgeBars } from '../../app/_views/list-age-bars.ts'

const histogramOf = (...ages: (number | null)[]) => ages.map((age) => ({ age, people: 1 }))

describe('listAgeBars', () => {
  test.each([
    ['no people', histogramOf(), []],
    ['no person with an age', histogramOf(null), []],
    ['one age', histogramOf(42), ['42-42']],
    [
      'twelve years',
      histogramOf(30, 41),
      ['30-30', '31-31', '32-32', '33-33', '34-34', '35-35', '36-36', '37-37', '38-38', '39-39', '40-40', '41-41'],
    ],
    ['thirteen years', histogramOf(30, 42), ['30-31', '32-33', '34-35', '36-37', '38-39', '40-41', '42-43']],
    ['adults', histogramOf(18, 65), ['15-19', '20-24', '25-29', '30-34', '35-39', '40-44', '45-49', '50-54', '55-59', '60-64', '65-69']],
    [
      'a century',
      histogramOf(0, 119, null).slice(0, 2),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((ten) => `${ten * 10}-${ten * 10 + 9}`),
    ],
  ])('fit %s', (_, histogram, bars) => {
    expect(listAgeBars(histogram).map(({ from, to }) => `${from}-${to}`)).toEqual(bars)
  })

  test('the last one takes the rest if tens do not fit', () => {
    expect(listAgeBars(histogramOf(7, 115, 150)).at(-1)).toEqual({ from: 110, to: null, people: 2 })
  })

  test('stay within the range that the list has', () => {
    const bars = listAgeBars(histogramOf(18, 64), 18, 64)
    expect(bars[0]).toEqual({ from: 18, to: 19, people: 1 })
    expect(bars.at(-1)).toEqual({ from: 60, to: 64, people: 1 })
  })

  test('are at most twelve, follow one another, and count each person with an age once', () => {
    const ages = fc.uniqueArray(fc.integer({ min: 0, max: 150 }), { minLength: 1 })
    fc.assert(
      fc.property(ages, fc.integer({ min: 1, max: 1_000_000 }), (unsorted, people) => {
        const histogram = unsorted.sort((a, b) => a - b).map((age) => ({ age, people }))
        const bars = listAgeBars([...histogram, { age: null, people: 7 }])
        expect(bars.length).toBeLessThanOrEqual(12)
        expect(bars.reduce((sum, bar) => sum + bar.people, 0)).toBe(unsorted.length * people)
        for (const [index, bar] of bars.entries()) if (index > 0) expect(bar.from).toBe((bars[index - 1]?.to ?? 0) + 1)
        expect(bars[0]?.people).toBeGreaterThan(0)
        expect(bars.at(-1)?.people).toBeGreaterThan(0)
      }),
    )
  })
})
