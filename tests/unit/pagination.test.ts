import fc from 'fast-check'
import { expect, test } from 'vitest'
import { listPageNumbers } from '../../app/_views/pagination.tsx'

test.each([
  [1, 1, [1]],
  [1, 2, [1, 2]],
  [1, 3, [1, 2, 3]],
  [1, 9, [1, 2, null, 9]],
  [3, 9, [1, 2, 3, 4, null, 9]],
  [5, 9, [1, null, 4, 5, 6, null, 9]],
  [7, 9, [1, null, 6, 7, 8, 9]],
  [9, 9, [1, null, 8, 9]],
])('page %i of %i', (page, pageCount, numbers) => {
  expect(listPageNumbers(page, pageCount)).toEqual(numbers)
})

test('pages ascend, and a gap hides at least two', () => {
  const pages = fc.integer({ min: 1, max: 20_000 }).chain((count) => fc.tuple(fc.integer({ min: 1, max: count }), fc.constant(count)))
  fc.assert(
    fc.property(pages, ([page, pageCount]) => {
      const numbers = listPageNumbers(page, pageCount)
      expect(numbers).toContain(page)
      let previous = 0
      for (const [index, number] of numbers.entries()) {
        if (number === null) continue
        if (numbers[index - 1] === null) expect(number - previous).toBeGreaterThan(2)
        else expect(number - previous).toBe(1)
        previous = number
      }
      expect(previous).toBe(pageCount)
    }),
  )
})
