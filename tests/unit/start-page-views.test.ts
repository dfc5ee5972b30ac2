import fc from 'fast-check'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { DirectoryAges } from '../../app/_views/directory-ages.tsx'
import { medianAge } from '../../app/_views/median-age.ts'
import { NewestPeople } from '../../app/_views/newest-people.tsx'

describe('medianAge', () => {
  test.each([
    [[], null],
    [[{ age: null, people: 9 }], null],
    [[{ age: 0, people: 1 }], 0],
    [
      [
        { age: 30, people: 1 },
        { age: 41, people: 1 },
        { age: null, people: 7 },
      ],
      35.5,
    ],
  ])('of %j is %j', (histogram, median) => {
    expect(medianAge(histogram)).toBe(median)
  })

  test('has as many people below as above, however many there are of an age', () => {
    const ages = fc.array(fc.integer({ min: 0, max: 150 }), { minLength: 1 })
    fc.assert(
      fc.property(ages, (unsorted) => {
        const sorted = unsorted.toSorted((a, b) => a - b)
        const counts = new Map<number, number>()
        for (const age of sorted) counts.set(age, (counts.get(age) ?? 0) + 1)
        const median = medianAge([...counts].map(([age, people]) => ({ age, people }))) ?? -1
        expect(sorted.filter((age) => age < median).length).toBeLessThanOrEqual(sorted.length / 2)
        expect(sorted.filter((age) => age > median).length).toBeLessThanOrEqual(sorted.length / 2)
      }),
    )
  })
})

test('DirectoryAges shows how many people have an age, and links to those without one', () => {
  const histogram = [
    { age: 30, people: 1000 },
    { age: 40, people: 234 },
    { age: null, people: 5 },
  ]
  const html = renderToStaticMarkup(DirectoryAges({ histogram }))
  expect(html).toContain('<dt>Median age</dt><dd>30</dd>')
  expect(html).toContain('<dt>With an age</dt><dd>1,234</dd>')
  expect(html).toContain('<dt>Not given</dt><dd><a href="/users?age=unknown">5</a></dd>')
  expect(html).toContain('href="/users?age_min=40&amp;age_max=40"')
  expect(renderToStaticMarkup(DirectoryAges({ histogram: histogram.slice(2) }))).not.toContain('Median')
})

test('NewestPeople leads to profiles in the list of the newest', () => {
  const html = renderToStaticMarkup(NewestPeople({ users: [{ id: 12, username: 'ada', email: 'ada@example.com', age: 36 }] }))
  expect(html).toContain('href="/user/profile/12?dir=desc"')
  expect(html).toContain('<bdi>ada@example.com</bdi>')
  expect(html).not.toContain('36')
})
