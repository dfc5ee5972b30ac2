import fc from 'fast-check'
import ical from 'ical.js'
import { expect, test } from 'vitest'
import { VCARD_VERSIONS, vcards } from '../../app/_data/vcard.ts'

const MILES = { id: 5, username: "Miles, O'Brien; Chief", email: 'miles@example.org', age: 42 }

test('has the properties that both versions demand', () => {
  expect(vcards([MILES], '3.0').split('\r\n')).toEqual([
    'BEGIN:VCARD',
    'VERSION:3.0',
    'UID:urn:roster:user:5',
    "FN:Miles\\, O'Brien; Chief",
    "N:;Miles\\, O'Brien\\; Chief;;;",
    'EMAIL;TYPE=INTERNET:miles@example.org',
    'END:VCARD',
    '',
  ])
  expect(vcards([MILES], '4.0')).toContain('VERSION:4.0\r\n')
  expect(vcards([MILES], '4.0')).toContain('\r\nEMAIL:miles@example.org\r\n')
})

test('leads back to the page of the person where the site has an address', () => {
  const site = { name: 'Acme, Inc.', url: 'https://people.example.com' }
  const lines = [
    'UID:https://people.example.com/user/profile/5',
    'SOURCE:https://people.example.com/user/profile/5.vcf',
    'URL:https://people.example.com/user/profile/5',
  ]
  expect(vcards([MILES], '3.0', site).split('\r\n')).toEqual(expect.arrayContaining([...lines, 'NAME:Acme\\, Inc.']))
  expect(vcards([MILES], '4.0', site).split('\r\n')).toEqual(expect.arrayContaining(lines))
  // RFC 6350 has no such property.
  expect(vcards([MILES], '4.0', site)).not.toContain('NAME:')
})

test.each(VCARD_VERSIONS)('a parser reads what was written in version %s, and no line is too long or cuts a character', (version) => {
  const text = fc.string({
    unit: fc.oneof(fc.constantFrom('\\', ',', ';', ':', '"', '\n', '😀', 'é', 'ж', '明'), fc.string({ minLength: 1 })),
    minLength: 1,
    maxLength: 80,
  })
  fc.assert(
    fc.property(
      text.filter((name) => !/\r|\p{Cc}(?<!\n)/u.test(name)),
      (username) => {
        const cards = vcards([{ ...MILES, username }, MILES], version)
        for (const line of cards.split('\r\n')) {
          expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75)
          expect(line.isWellFormed()).toBe(true)
        }
        const [first, second] = ical.parse(cards)
        const card = new ical.Component(first)
        expect(card.getFirstPropertyValue('fn')).toBe(username)
        // ical.js takes a backslash at the end of a field for that of the semicolon behind it.
        if (!username.includes('\\')) expect(card.getFirstPropertyValue('n')).toEqual(['', username, '', '', ''])
        expect(card.getFirstPropertyValue('email')).toBe('miles@example.org')
        expect(new ical.Component(second).getFirstPropertyValue('uid')).toBe('urn:roster:user:5')
      },
    ),
  )
})

test('without an email where these are hidden', () => {
  expect(vcards([{ id: 5, username: 'ada' }], '3.0')).toBe(
    ['BEGIN:VCARD', 'VERSION:3.0', 'UID:urn:roster:user:5', 'FN:ada', 'N:;ada;;;', 'END:VCARD', ''].join('\r\n'),
  )
})
