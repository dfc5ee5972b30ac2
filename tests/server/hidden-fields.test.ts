// Two sites with the same people, but for emails and ages, which both hide: nobody can see either, or tell the sites apart.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { test as base, describe, expect } from 'vitest'
import { type Answer, httpGet } from '../fixtures/http-get.ts'
import type { NamedPerson } from '../fixtures/named-people.ts'
import { type Site, withSite } from '../fixtures/with-site.ts'

const MARK = 'zqxmark'
const PEOPLE: NamedPerson[] = Array.from({ length: 60 }, (_, index) => ({
  id: index + 1,
  // So that words of emails are in some names, too.
  username: `${['guest', 'Hidden', 'zqx-fan', 'example.ada'][index % 4]} ${index + 1}`,
  email: `${MARK}${index + 1}@hidden.example`,
  age: index === 7 ? null : 101 + (index % 49),
}))
const DISGUISED = PEOPLE.map((person) => ({
  ...person,
  email: `${60 - person.id}guest@other`,
  age: person.id % 3 === 0 ? person.id : null,
}))

const ENVIRONMENT = { HIDDEN_FIELDS: 'email,age', LOG_LEVEL: 'trace', LOG_QUERIES: '1', LOG_FORMAT: 'json' }

const test = base.extend<{ $file: { sites: [Site, Site] } }>({
  sites: [
    // biome-ignore lint/correctness/noEmptyPattern: Vitest finds out what a fixture needs by its pattern
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'roster-test-'))
      // The same, as it is in each page's nonce.
      const env = { ...ENVIRONMENT, SECRET_FILE: join(folder, 'secret') }
      await withSite((site) => withSite((other) => use([site, other]), { people: DISGUISED, env }), { people: PEOPLE, env })
      rmSync(folder, { recursive: true })
    },
    { scope: 'file' },
  ],
})

const LISTS = [
  '',
  ...['email', 'age', 'username'].flatMap((sort) => [`?sort=${sort}`, `?sort=${sort}&dir=desc`]),
  ...['age_min=110', 'age_max=110', 'age=unknown', 'age[]=1', 'age_min=3&age_max=2'].map((filter) => `?${filter}`),
  ...[MARK, `${MARK}7@hidden.example`, 'hidden.example', 'hidden', 'zqx', 'example', 'zq', '@', 'g', `${MARK}+guest`].map((q) => `?q=${q}`),
  `?q=${MARK}&sort=age&age_min=110`,
  '?page=2&size=25',
  '?page=99',
]
const FORMATS = ['users.csv', 'users.json', 'users.ndjson', 'users.vcf']
const PATHS = [
  '/',
  ...LISTS.flatMap((list) => ['users', ...FORMATS].map((name) => `/${name}${list}`)),
  ...['/users.csv?for=excel', '/users.json?size=2', '/users.vcf?version=4.0', '/users?sort=id&q=a', '/users?q=%', '/users.json?q=%'],
  ...['', '.json', '.vcf', '.vcf?version=4.0', '.json?sort=email', `?q=${MARK}&sort=email`, '?sort=username&page=1'].map(
    (rest) => `/user/profile/8${rest}`,
  ),
  ...['/user/profile/0', '/user/profile/61', '/user/profile/61.json', '/nobody', '/openapi.json', '/manifest.webmanifest', '/robots.txt'],
  ...['/healthz', '/readyz'],
]

// Next gives each rendering a name, for two keys of its payload.
const RENDERING = /(?<=")[\w-]{21}(?=[mv]\\?")/g

/** All of an answer but for the time, and for what is random in each rendering. */
async function ask({ address }: Site, path: string, { method = 'GET', ...headers }: Record<string, string> = {}) {
  const { status, headers: all, body } = await httpGet(address, path, { method, headers: { 'x-request-id': 'same', ...headers } })
  const { date, 'x-accel-expires': expires, ...rest } = all
  expect(date).toBeDefined()
  return { status, headers: rest, body: body.replaceAll(RENDERING, '') }
}

function expectUnmarked({ headers, body }: Pick<Answer, 'headers' | 'body'>): void {
  expect(JSON.stringify(headers)).not.toContain(MARK)
  expect(body).not.toMatch(/zqxmark|@hidden|"age\\?":|mailto:|Copy email|age-histogram/)
  // Scripts and Next's data have numbers of their own; that these are the same on both sites is what shows that no age is among them.
  if (headers['content-type']?.startsWith('text/x-component')) return
  const shown = body.replaceAll(/<script.*?<\/script>/gs, '')
  for (const { age } of PEOPLE) if (age !== null && age !== 110) expect(shown).not.toMatch(new RegExp(`(?<![\\w.#-])${age}(?![\\w.%-])`))
}

describe('hidden emails and ages', () => {
  test.for(PATHS)('are not in %s, and change nothing there', async (path, { sites: [site, other] }) => {
    for (const headers of [{}, { rsc: '1' }, { method: 'HEAD' }, { method: 'POST' }]) {
      const answer = await ask(site, path, headers)
      expect(await ask(other, path, headers)).toEqual(answer)
      // What was asked for comes back, and the description of the data has all fields.
      if (!path.includes(MARK) && path !== '/openapi.json') expectUnmarked(answer)
      expect(answer.body).not.toContain(`${MARK}8@`)
    }
  })

  test('change no answer to any search', { timeout: 120_000 }, async ({ sites: [site, other] }) => {
    const word = fc.oneof(
      fc.constantFrom('guest', 'hidden', 'zqx', 'example', 'ada', 'g', '1', '@', '.ex', 'other', '@h'),
      fc.constantFrom(...PEOPLE, ...DISGUISED).map(({ email }) => email),
      fc.constantFrom(...PEOPLE).map(({ age }) => String(age)),
    )
    const parameter = fc.oneof(
      fc.constantFrom(
        'sort=email',
        'sort=age',
        'sort=username',
        'dir=desc',
        'age_min=105',
        'age_max=3',
        'age=unknown',
        'size=25',
        'page=2',
      ),
    )
    const list = fc.tuple(fc.array(word, { maxLength: 3 }), fc.uniqueArray(parameter, { maxLength: 3 }))
    const visited = fc.constantFrom('users', ...FORMATS, 'user/profile/9')
    await fc.assert(
      fc.asyncProperty(visited, list, async (name, [words, parameters]) => {
        const path = `/${name}?${[`q=${encodeURIComponent(words.join(' '))}`, ...parameters].join('&')}`
        expect(await ask(other, path)).toEqual(await ask(site, path))
      }),
      { numRuns: 150 },
    )
  })

  test('are promised by no description', async ({ sites: [{ address }] }) => {
    const { components } = JSON.parse((await httpGet(address, '/openapi.json')).body)
    expect(Object.keys(components.schemas.User.properties)).toEqual(['id', 'username'])
    expect(components.schemas.User.required).toEqual(['id', 'username'])
    expect(components.parameters.sort.schema.enum).toEqual(['id', 'username'])
  })

  test('are in no line of the log', async ({ sites: [{ roster, address }] }) => {
    const path = '/users?q=zqx-fan'
    await httpGet(address, path)
    await expect.poll(() => roster.stdout).toContain(path)
    // Their own words are what visitors have asked for.
    const lines = roster.stdout.split('\n').filter((line) => !/"path":"[^"]*q=/.test(line))
    expect(lines.length).toBeGreaterThan(100)
    expect(lines.join('\n')).not.toMatch(/zqxmark|@hidden|"age"/)
    expect(roster.stderr).toBe('')
  })
})
