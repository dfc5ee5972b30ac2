import { hash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { XMLParser } from 'fast-xml-parser'
import ical from 'ical.js'
import { test as base, describe, expect } from 'vitest'
import { type Answer, httpGet } from '../fixtures/http-get.ts'
import { rawExchange } from '../fixtures/raw-exchange.ts'
import { lastingFolder } from '../fixtures/temporary-database.ts'
import { type Site, withSite } from '../fixtures/with-site.ts'

// Each format must escape something of it.
const NAME = `Söhne & <b>"O'Neill", \\; {{title}}$&</b>`
const URL_SET = 'https://people.example.com'
const NOTICE = 'Only for <members> & friends'
const ACCENT = { light: '#0b6e4f', dark: '#3f9472' }
const LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>'

const test = base.extend<{ $file: { site: Site } }>({
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: Vitest finds out what a fixture needs by its pattern
    async ({}, use) => {
      const folder = lastingFolder()
      const logo = join(folder, 'logo.svg')
      writeFileSync(logo, LOGO)
      await withSite(use, {
        env: {
          SITE_NAME: NAME,
          SITE_URL: URL_SET,
          SITE_NOTICE: NOTICE,
          SITE_DESCRIPTION: 'Who is <who>',
          SITE_LINKS: 'Privacy & more=https://example.com/p?a=1; Imprint=/imprint',
          SITE_ACCENT: ACCENT.light,
          SITE_LOGO: logo,
          ROBOTS: 'index',
        },
      })
      rmSync(folder, { recursive: true })
    },
    { scope: 'file' },
  ],
})

function get({ address }: Site, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return httpGet(address, path, { headers })
}

function textOf(markup: string): string {
  return markup
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll(/&#(?:39|x27);/g, "'")
    .replaceAll('&amp;', '&')
}

async function getJson(site: Site, path: string) {
  const { status, body } = await get(site, path)
  expect(status).toBe(200)
  return JSON.parse(body)
}

describe('the name is', () => {
  test.for([
    ['/', 200, ''],
    ['/users', 200, 'People · '],
    ['/user/profile/3', 200, 'ada · '],
    ['/user/profile/99', 404, 'Person not found · '],
    ['/nobody', 404, 'Page not found · '],
  ] as const)('in the title of %s', async ([path, status, start], { site }) => {
    const answer = await get(site, path)
    expect(answer.status).toBe(status)
    expect(textOf(/<title>(.*?)<\/title>/.exec(answer.body)?.[1] ?? '')).toBe(start + NAME)
    expect(answer.body).not.toContain('<b>"')
    expect(answer.body).not.toContain('<members>')
  })

  test('in the manifest, the descriptions of data and search, and vCards', async ({ site }) => {
    expect(await getJson(site, '/manifest.webmanifest')).toMatchObject({ name: NAME, short_name: NAME, theme_color: ACCENT.light })
    const description = await getJson(site, '/openapi.json')
    expect(description).toMatchObject({ info: { title: NAME }, servers: [{ url: URL_SET, description: NAME }] })
    const search = new XMLParser({ ignoreAttributes: false, htmlEntities: true }).parse((await get(site, '/opensearch.xml')).body)
    expect(search.OpenSearchDescription).toMatchObject({
      ShortName: [...NAME].slice(0, 16).join(''),
      LongName: NAME,
      Description: 'Who is <who>',
      Url: { '@_template': `${URL_SET}/users?q={searchTerms}` },
    })
    const card = new ical.Component(ical.parse((await get(site, '/user/profile/3.vcf')).body))
    // Of type "unknown" to ical.js, which then leaves the backslashes.
    expect(String(card.getFirstPropertyValue('name')).replaceAll(/\\([\\,;])/g, '$1')).toBe(NAME)
    expect(card.getFirstPropertyValue('uid')).toBe(`${URL_SET}/user/profile/3`)
    expect(card.getFirstPropertyValue('url')).toBe(`${URL_SET}/user/profile/3`)
    expect(card.getFirstPropertyValue('source')).toBe(`${URL_SET}/user/profile/3.vcf`)
  })

  test('in a refusal', async ({ site }) => {
    expect((await httpGet(site.address, '/users', { method: 'POST' })).body).toBe(`${NAME} is read-only: use GET or HEAD.\n`)
  })
})

describe('with SITE_URL', () => {
  test.for([
    ['/', '/'],
    ['/users', '/users'],
    ['/users?page=2', '/users?page=2'],
    ['/users?q=ada&sort=age', '/users?q=ada&amp;sort=age'],
    ['/users?size=1000&q=ada', '/users?q=ada'],
    ['/user/profile/3?q=ada', '/user/profile/3'],
  ] as const)('the canonical address of %s is that of %s, whatever the host', async ([path, canonical], { site }) => {
    for (const host of ['people.example.com', 'evil.example']) {
      const { body } = await get(site, path, { host, 'x-forwarded-host': 'evil.example' })
      expect(body).toContain(`<link rel="canonical" href="${URL_SET}${canonical}"`)
      expect(body).not.toContain('evil.example')
    }
  })

  test('pages offer the search, and data leads on, at that address', async ({ site }) => {
    expect((await get(site, '/')).body).toMatch(
      /<link rel="search" type="application\/opensearchdescription\+xml"[^>]* href="\/opensearch.xml"/,
    )
    const { headers } = await get(site, '/users.json?size=2')
    expect(headers.link).toMatch(/^<https:\/\/people\.example\.com\/users\.json\?size=2&after=[\w-]+>; rel="next"$/)
  })
})

test('the colour is in every page, by the hash that the policy allows', async ({ site }) => {
  for (const path of ['/', '/users', '/user/profile/3', '/nobody']) {
    const { headers, body } = await get(site, path)
    const [, style = ''] = /<style>(.*?)<\/style>/.exec(body) ?? []
    for (const color of Object.values(ACCENT)) expect(style).toContain(color)
    expect(headers['content-security-policy']).toContain(`style-src 'self' 'sha256-${hash('sha256', style, 'base64')}'`)
  }
})

test('the logo is an icon and is served for good, and nothing in it can run', async ({ site }) => {
  const [, href = ''] = /<link rel="icon" href="([^"]+)"/.exec((await get(site, '/')).body) ?? []
  const { icons } = await getJson(site, '/manifest.webmanifest')
  expect(icons).toEqual([{ src: href, type: 'image/svg+xml', sizes: 'any' }])
  const { status, headers, body } = await get(site, href)
  expect({ status, body }).toEqual({ status: 200, body: LOGO })
  expect(headers).toMatchObject({
    'content-type': 'image/svg+xml; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    'content-security-policy': expect.stringMatching(/^default-src 'none'; style-src 'unsafe-inline';/),
  })
  expect((await get(site, '/site/logo-0123456789abcdef.svg')).status).toBe(404)
})

describe('ROBOTS=index', () => {
  test('lets search engines list people, but no searches and no data', async ({ site }) => {
    for (const path of ['/', '/users', '/user/profile/3', '/icon.svg']) {
      const { headers, body } = await get(site, path)
      expect(headers['x-robots-tag'], path).toBe('all')
      expect(body).not.toContain('noindex')
    }
    for (const path of ['/users?q=ada', '/users?sort=age', '/users?size=25', '/users?age=unknown', '/nobody', '/user/profile/99'])
      expect((await get(site, path)).body).toContain('<meta name="robots" content="noindex"')
    for (const path of ['/users.csv', '/user/profile/3.vcf', '/user/profile/99.json'])
      expect((await get(site, path)).headers['x-robots-tag']).toBe('noindex')
  })

  test('robots.txt is as it is by default', async ({ site }) => {
    expect((await get(site, '/robots.txt')).body).toBe('User-agent: *\nAllow: /\n')
  })
})

test('a request that is no HTTP has the header, too', async ({ site }) => {
  expect(await rawExchange(site.address, 'nonsense\r\n\r\n')).toContain('\r\nX-Robots-Tag: all\r\n')
})

test('the page of a fault has name and colours, in a style that its policy allows', async ({ site }) => {
  site.sql.exec('ALTER TABLE "User" RENAME TO "Away"')
  try {
    const { status, headers, body } = await get(site, '/user/profile/1')
    expect(status).toBe(503)
    expect(textOf(/<title>(.*?)<\/title>/.exec(body)?.[1] ?? '')).toBe(`Something went wrong on our side · ${NAME}`)
    const [, style = ''] = /<style>(.*?)<\/style>/s.exec(body) ?? []
    for (const color of Object.values(ACCENT)) expect(style).toContain(color)
    expect(headers['content-security-policy']).toContain(`style-src 'sha256-${hash('sha256', style, 'base64')}'`)
    expect(headers['x-robots-tag']).toBe('all')
  } finally {
    site.sql.exec('ALTER TABLE "Away" RENAME TO "User"')
  }
})
