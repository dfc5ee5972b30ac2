import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseUserId } from '../../app/_models/user-id.ts'

test('an id is a decimal integer from 1 to 2^53 - 1', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (id) => parseUserId(String(id)) === id))
})

test.each([
  '',
  '0',
  '-1',
  '+1',
  '01',
  '1.5',
  '1.0',
  'abc',
  '1e3',
  '0x1',
  ' 1',
  '1 ',
  '١',
  '1n',
  '9007199254740992',
  '9'.repeat(17),
  '1%20',
])('%j is not an id', (text) => {
  expect(parseUserId(text)).toBeNull()
})
