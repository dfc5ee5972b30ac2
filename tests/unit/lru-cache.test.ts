import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LruCache } from '../../server/http/lru-cache.ts'

test('the value that was used longest ago is forgotten first', () => {
  const cache = new LruCache<string>(2, () => 1)
  cache.set('a', 'ada')
  cache.set('b', 'bob')
  expect(cache.get('a')).toBe('ada')
  cache.set('c', 'cy')
  expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual(['ada', undefined, 'cy'])
})

test('all together are never larger than its size, and the last value stays if it fits', () => {
  const keys = ['a', 'b', 'c', 'd']
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...keys), fc.nat(12))), (entries) => {
      const cache = new LruCache<number>(10, (size) => size)
      for (const [key, size] of entries) {
        cache.set(key, size)
        expect(cache.get(key)).toBe(size > 10 ? undefined : size)
        const sizes = keys.map((each) => cache.get(each) ?? 0)
        expect(sizes.reduce((sum, each) => sum + each)).toBeLessThanOrEqual(10)
      }
    }),
  )
})
