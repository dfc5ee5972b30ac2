import fc from 'fast-check'
import { expect, test } from 'vitest'
import { listPageNumbers } from '../../app/_views/pagination.tsx'

test.each([
  [1, 1, [1]],
  [1, 2, [1, 2]],
  [1, 9, [1, 2, 3, 4, 5]],
  [3, 9, [1, 2, 3, 4, 5]],
  [4, 9, [2, 3, 4, 5, 6]],
  [8, 9, [5, 6, 7, 8, 9]],
  [9, 9, [5, 6, 7, 8, 9]],
])('page %i of %i', (page, pageCount, numbers) => {
  expect(listPageNumbers(page, pageCount)).toEqual(numbers)
})

test('up to five consecutive pages, with the current one and its neighbours', () => {
  const pages = fc.integer({ min: 1, max: 20_000 }).chain((count) => fc.tuple(fc.integer({ min: 1, max: count }), fc.constant(count)))
  fc.assert(
    fc.property(pages, ([page, pageCount]) => {
      const numbers = listPageNumbers(page, pageCount)
      expect(numbers).toHaveLength(Math.min(5, pageCount))
      for (const number of [page - 1, page, page + 1]) expect(numbers.includes(number)).toBe(number >= 1 && number <= pageCount)
      for (const [index, number] of numbers.entries()) expect(number).toBe((numbers[0] ?? 0) + index)
    }),
  )
})
