import { createSecretKey } from 'node:crypto'
import { expect, test } from 'vitest'
import { DEFAULT_SITE, setSite } from '../../app/_site/site.ts'
import { accelExpires, isValidated, pageNonce, pageTag } from '../../server/http/page-cache.ts'

const DATA = { users: [{ id: 1, username: 'ada' }], count: 1 }
const TAG = pageTag('build', { url: '/users', headers: {} }, DATA)

test('the same page has the same tag, whatever else is in the request', () => {
  expect(pageTag('build', { url: '/users', headers: { 'user-agent': 'x', cookie: 'y' } }, structuredClone(DATA))).toBe(TAG)
  expect(TAG).toMatch(/^W\/"[\w-]{8}\.[\w-]{8}\.[\w-]{27}"$/)
})

test.each([
  ['build', pageTag('another', { url: '/users', headers: {} }, DATA)],
  ['address', pageTag('build', { url: '/users?page=2', headers: {} }, DATA)],
  ['variant', pageTag('build', { url: '/users', headers: { rsc: '1' } }, DATA)],
  ['prefetch', pageTag('build', { url: '/users', headers: { rsc: '1', 'next-router-prefetch': '1' } }, DATA)],
  ['person', pageTag('build', { url: '/users', headers: {} }, { ...DATA, users: [{ id: 1, username: 'adb' }] })],
  ['nobody', pageTag('build', { url: '/users', headers: {} }, null)],
])('another %s has another tag', (_, tag) => {
  expect(tag).not.toBe(TAG)
})

test('another name of the site has another tag', () => {
  setSite({ ...DEFAULT_SITE, name: 'People of Ada' })
  expect(pageTag('build', { url: '/users', headers: {} }, DATA)).not.toBe(TAG)
  setSite(DEFAULT_SITE)
  expect(pageTag('build', { url: '/users', headers: {} }, DATA)).toBe(TAG)
})

test.each([
  [TAG, true],
  [TAG.slice(2), true],
  [`"x", ${TAG}`, true],
  [`W/"x",${TAG.slice(2)} , "y"`, true],
  ['"x"', false],
  ['*', false],
  ['', false],
  [undefined, false],
])('If-None-Match: %s', (header, expected) => {
  expect(isValidated(header, TAG)).toBe(expected)
})

test('a nonce belongs to one tag under one secret', () => {
  const nonce = pageNonce(createSecretKey('secret', 'utf8'), TAG)
  expect(nonce).toMatch(/^[\w+/]{22}==$/)
  expect(pageNonce(createSecretKey('secret', 'utf8'), TAG)).toBe(nonce)
  expect(pageNonce(createSecretKey('another', 'utf8'), TAG)).not.toBe(nonce)
  expect(pageNonce(createSecretKey('secret', 'utf8'), `${TAG}x`)).not.toBe(nonce)
})

test('nginx may serve a page until the end of the second in which its data was read', () => {
  expect(accelExpires(1_000)).toBe('@1')
  expect(accelExpires(1_999)).toBe('@1')
  expect(accelExpires(2_000)).toBe('@2')
})
