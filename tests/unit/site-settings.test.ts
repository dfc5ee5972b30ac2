import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { DEFAULT_SITE } from '../../app/_site/site.ts'
import { readServingSettings, readSettings } from '../../server/settings.ts'
import { temporaryFolder } from '../fixtures/temporary-database.ts'

const NAMES = [
  'SITE_NAME',
  'SITE_URL',
  'SITE_DESCRIPTION',
  'SITE_ACCENT',
  'SITE_LOGO',
  'SITE_LINKS',
  'SITE_NOTICE',
  'ROBOTS',
  'HIDDEN_FIELDS',
]

afterEach(() => void vi.unstubAllEnvs())

async function readSite(set: Record<string, string>) {
  for (const name of ['ROSTER_SETTINGS', 'ROSTER_LOGO', ...NAMES]) vi.stubEnv(name, set[name])
  return (await readServingSettings()).site
}

test('what is not set is Roster’s own, and search engines stay out', async () => {
  expect(await readSite({})).toEqual({ ...DEFAULT_SITE, isIndexed: false })
  expect(await readSite(Object.fromEntries(NAMES.map((name) => [name, ''])))).toEqual(DEFAULT_SITE)
})

describe('is accepted', () => {
  test.each([
    ['SITE_NAME', '  Acme & Söhne "people" ', { name: 'Acme & Söhne "people"' }],
    ['SITE_URL', 'https://people.example.com', { url: 'https://people.example.com' }],
    ['SITE_URL', 'HTTP://Intranet:8080/', { url: 'http://intranet:8080' }],
    ['SITE_URL', 'https://bücher.example', { url: 'https://xn--bcher-kva.example' }],
    ['SITE_DESCRIPTION', 'Who is who', { description: 'Who is who' }],
    ['SITE_NOTICE', 'Only for members of <Acme>', { notice: 'Only for members of <Acme>' }],
    ['HIDDEN_FIELDS', ' age,email', { hiddenFields: ['email', 'age'] }],
    ['HIDDEN_FIELDS', '', { hiddenFields: [] }],
    ['SITE_ACCENT', '#8a3b12', { accent: { light: '#8a3b12', dark: '#c26d48' } }],
    ['ROBOTS', 'index', { isIndexed: true }],
    [
      'SITE_LINKS',
      'Privacy=https://example.com/p?a=b#c; Imprint = /imprint;Help=mailto:help@example.com;',
      {
        links: [
          { text: 'Privacy', href: 'https://example.com/p?a=b#c' },
          { text: 'Imprint', href: '/imprint' },
          { text: 'Help', href: 'mailto:help@example.com' },
        ],
      },
    ],
  ])('%s=%s', async (name, value, expected) => {
    expect(await readSite({ [name]: value })).toEqual({ ...DEFAULT_SITE, ...expected })
  })
})

describe('is refused in one line', () => {
  test.each<[name: string, value: string, message: string | RegExp]>([
    ['SITE_NAME', 'a\nb', 'SITE_NAME is "a\nb"; it must be one line of at most 48 characters'],
    ['SITE_NAME', 'x'.repeat(49), /^SITE_NAME is "x+"; it must be one line/],
    ['HIDDEN_FIELDS', 'email,phone', /^HIDDEN_FIELDS is "email,phone": a person has no field "phone"; it must be email, age or both/],
    ['HIDDEN_FIELDS', 'username', /^HIDDEN_FIELDS is "username": username cannot be hidden; it must be/],
    ['SITE_NOTICE', 'x'.repeat(301), /^SITE_NOTICE is "x+"; it must be one line of at most 300/],
    ['SITE_DESCRIPTION', 'a\u2028b', /^SITE_DESCRIPTION is/],
    ...[
      'people.example.com',
      'https://',
      'https:///x',
      'ftp://example.com',
      'https://example.com/people',
      'https://u:p@example.com',
      'https://example.com/?a',
      'https://example.com/#a',
      'javascript:alert(1)',
    ].map((url): [string, string, string] => [
      'SITE_URL',
      url,
      `SITE_URL is "${url}"; it must be http:// or https:// and a host, with nothing after it`,
    ]),
    ['SITE_ACCENT', 'brownish', 'SITE_ACCENT is "brownish"; it must be a CSS colour'],
    ['SITE_ACCENT', 'var(--x)', 'SITE_ACCENT is "var(--x)"; it must be a CSS colour'],
    ['SITE_ACCENT', 'rgb(0 0 255 / 50%)', 'the same colour without transparency is #0000ff'],
    ['SITE_ACCENT', 'yellow', 'in the light scheme (4.5:1), it is another colour; the nearest that works is #767600'],
    ['SITE_LINKS', 'Privacy', 'SITE_LINKS has "Privacy"; each link must be a text, = and an address'],
    ['SITE_LINKS', '=/imprint', 'SITE_LINKS has "=/imprint"'],
    ['SITE_LINKS', 'a=/;'.repeat(11), 'SITE_LINKS has 11 links; it may have at most 10'],
    ['SITE_LINKS', `${'x'.repeat(41)}=/`, /^SITE_LINKS has the text "x+"; it must be/],
    ...[
      'javascript:alert(1)',
      'JavaScript:alert(1)',
      'java\tscript:alert(1)',
      'data:text/html,x',
      '//evil.example',
      '/\\evil.example',
      'imprint',
      '#top',
      'https:/evil.example',
      'http://',
    ].map((href): [string, string, string] => ['SITE_LINKS', `Home=${href}`, `SITE_LINKS has the address "${href}"`]),
    ['SITE_LOGO', '/no/such/logo.svg', 'SITE_LOGO /no/such/logo.svg cannot be read: ENOENT'],
    ['ROBOTS', 'none', 'ROBOTS is "none"; it must be one of noindex, index'],
  ])('%s=%s', async (name, value, message) => {
    await expect(readSite({ [name]: value })).rejects.toThrow(message)
  })
})

test('a command that does not serve goes on with a wrong logo and colour', () => {
  for (const [name, value] of [['SITE_LOGO', '/no/such/logo.svg'] as const, ['SITE_ACCENT', 'brownish'] as const]) vi.stubEnv(name, value)
  expect(readSettings().site).toEqual(DEFAULT_SITE)
})

test('the address of a logo changes with its content', async () => {
  const file = join(temporaryFolder(), 'logo.svg')
  const addresses = []
  for (const width of [1, 2]) {
    writeFileSync(file, `<svg xmlns="http://www.w3.org/2000/svg" width="${width}"/>`)
    addresses.push(await readSite({ SITE_LOGO: file }))
  }
  for (const { logoHref, logoSizes } of addresses) {
    expect(logoHref).toMatch(/^\/site\/logo-[\da-f]{16}\.svg$/)
    expect(logoSizes).toBe('any')
  }
  expect(addresses[0]?.logoHref).not.toBe(addresses[1]?.logoHref)
})
