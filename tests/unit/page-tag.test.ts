import { expect, test } from 'vitest'
import { comparePageTags } from '../../app/_request/page-tag.ts'
import { DEFAULT_SITE, setSite } from '../../app/_site/site.ts'
import { documentRequest, pageTag } from '../../server/http/page-cache.ts'

const REQUEST = { url: '/users', headers: {} }
const ROWS = [
  { id: 1, username: 'ada' },
  { id: 2, username: 'grace' },
]
const tagOf = (rows: typeof ROWS, build = 'build', request = REQUEST) =>
  pageTag(
    build,
    request,
    rows,
    rows.map(({ id }) => id),
  )
const TAG = tagOf(ROWS)

test.each([
  ['nothing', TAG, [false, false, false]],
  ['a name', tagOf([{ id: 1, username: 'Ada' }, ...ROWS.slice(1)]), [false, false, true]],
  ['the order', tagOf(ROWS.toReversed()), [false, true, true]],
  ['a person who came', tagOf([...ROWS, { id: 3, username: 'linus' }]), [false, true, true]],
  ['a person who went', tagOf(ROWS.slice(1)), [false, true, true]],
  ['the build', tagOf(ROWS, 'another'), [true, false, false]],
  ['the address', tagOf(ROWS, 'build', { url: '/users?page=2', headers: {} }), [false, false, true]],
  ['the tag of another program', '"x"', [true, true, true]],
])('of two tags, an open page learns that they differ by %s', (_, next, [isNewBuild, hasOtherRows, hasOtherContent]) => {
  expect(comparePageTags(TAG, next)).toEqual({ isNewBuild, hasOtherRows, hasOtherContent })
})

test('a tag that a web server has made strong is the same', () => {
  expect(comparePageTags(TAG, TAG.replace('W/', ''))).toEqual({ isNewBuild: false, hasOtherRows: false, hasOtherContent: false })
})

test('another name of the site is other content', () => {
  setSite({ ...DEFAULT_SITE, name: 'People of Ada' })
  const next = tagOf(ROWS)
  setSite(DEFAULT_SITE)
  expect(comparePageTags(TAG, next)).toEqual({ isNewBuild: false, hasOtherRows: false, hasOtherContent: true })
})

test.each([
  ['/users?_rsc=1x2', '/users'],
  ['/users?q=ada&_rsc=1x2', '/users?q=ada'],
  ['/users?_rsc=1x2&q=ada', '/users?q=ada'],
  ['/users?q=_rsc=1', '/users?q=_rsc=1'],
  ['/users?my_rsc=1', '/users?my_rsc=1'],
  ['/users', '/users'],
])('the data of %s is that of the document %s', (url, expected) => {
  expect(documentRequest({ url, headers: { rsc: '1', 'next-url': '/' } })).toEqual({ url: expected, headers: {} })
})
