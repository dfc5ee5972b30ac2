import { expect, test } from 'vitest'
import { KnownTags } from '../../server/http/known-tags.ts'

const ADA = { version: '1', tag: 'W/"ada"', nonce: 'bm9uY2U=', plans: [] }

test('a tag holds for the version at which it was read', () => {
  const tags = new KnownTags()
  tags.remember('/ada', ADA)
  expect(tags.find('/ada', '1')).toBe(ADA)
  expect(tags.find('/ada', '2')).toBeNull()
  expect(tags.find('/bob', '1')).toBeNull()
  tags.remember('/ada', { ...ADA, version: '2' })
  expect(tags.find('/ada', '1')).toBeNull()
})

test('the tag that was not used for longest is forgotten first', () => {
  const tags = new KnownTags(2)
  tags.remember('/ada', ADA)
  tags.remember('/bob', ADA)
  tags.find('/ada', '1')
  tags.remember('/eve', ADA)
  expect(['/ada', '/bob', '/eve'].map((key) => tags.find(key, '1'))).toEqual([ADA, null, ADA])
})
