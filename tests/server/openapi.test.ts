// The answers of a site against its description.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { test as base, describe, expect } from 'vitest'
import description from '../../app/_data/openapi.json' with { type: 'json' }
import { ROOT } from '../../server/paths.ts'
import { httpGet } from '../fixtures/http-get.ts'
import { listGuests, NAMED_PEOPLE } from '../fixtures/named-people.ts'
import { type Site, withSite } from '../fixtures/with-site.ts'

const PEOPLE = [...NAMED_PEOPLE, ...listGuests(11, 300)]

const test = base.extend<{ $file: { site: Site } }>({
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: Vitest finds out what a fixture needs by its pattern
    async ({}, use) => withSite(use, { people: PEOPLE }),
    { scope: 'file' },
  ],
})

type Response = { $ref?: string; description?: string; content?: Record<string, object> }

const ajv = addFormats.default(new Ajv2020({ strict: false }))
ajv.addSchema(description, 'roster')

/** Where the description has the response of `operation` with `status`. */
function findResponse(path: string, status: number): { pointer: string; response: Response } {
  const operations: Record<string, { get: { responses: Record<string, Response> } }> = description.paths
  const response = operations[path]?.get.responses[status]
  if (!response) throw new Error(`${path} has no response ${status}`)
  if (response.$ref === undefined) return { pointer: `/paths/${path.replaceAll('/', '~1')}/get/responses/${status}`, response }
  const name = response.$ref.split('/').at(-1) ?? ''
  const responses: Record<string, Response> = description.components.responses
  return { pointer: `/components/responses/${name}`, response: responses[name] ?? {} }
}

test('a linter has nothing to say', async () => {
  const problems = await lintFromString({
    source: readFileSync(join(ROOT, 'app/_data/openapi.json'), 'utf8'),
    absoluteRef: join(ROOT, 'app/_data/openapi.json'),
    config: await createConfig({ extends: ['recommended'] }),
  })
  expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([])
})

describe('is what is sent', () => {
  test.for([
    ['/users.json', '/users.json', 200],
    ['/users.json', '/users.json?q=guest&sort=age&dir=desc&size=7', 200],
    ['/users.json', '/users.json?q=nobody-at-all', 200],
    ['/users.json', '/users.json?page=2&sort=name', 400],
    ['/users.csv', '/users.csv?q=ada&for=excel', 200],
    ['/users.csv', '/users.csv?for=word', 400],
    ['/users.ndjson', '/users.ndjson?age=unknown', 200],
    ['/users.vcf', '/users.vcf?age_min=40', 200],
    ['/users.vcf', '/users.vcf?version=2.1', 400],
    ['/user/profile/{id}.json', '/user/profile/7.json', 200],
    ['/user/profile/{id}.json', '/user/profile/0.json', 404],
    ['/user/profile/{id}.json', '/user/profile/7.json?q=ada', 400],
    ['/user/profile/{id}.vcf', '/user/profile/7.vcf?version=4.0', 200],
    ['/user/profile/{id}.vcf', '/user/profile/999.vcf', 404],
  ] as const)('by %s: %s with %i', async ([path, url, status], { site }) => {
    const answer = await httpGet(site.address, url)
    expect(answer.status, answer.body).toBe(status)
    const { pointer, response } = findResponse(path, status)
    const type = String(answer.headers['content-type']).split(';')[0] ?? ''
    expect(Object.keys(response.content ?? {})).toEqual([type])
    if (!/[/+]json$/.test(type)) return
    const schema = { $ref: `roster#${pointer}/content/${type.replaceAll('/', '~1')}/schema` }
    expect(ajv.validate(schema, JSON.parse(answer.body)), ajv.errorsText()).toBe(true)
  })

  test('405 for other methods', async ({ site }) => {
    const { status, headers, body } = await httpGet(site.address, '/users.json', { method: 'DELETE' })
    expect({ status, allow: headers.allow, type: headers['content-type'] }).toEqual({
      status: 405,
      allow: 'GET, HEAD',
      type: 'application/problem+json',
    })
    expect(ajv.validate({ $ref: 'roster#/components/schemas/Problem' }, JSON.parse(body))).toBe(true)
  })

  test('400 for an address that is not valid', async ({ site }) => {
    const { status, headers } = await httpGet(site.address, '/users.csv?q=#')
    expect({ status, type: headers['content-type'] }).toEqual({ status: 400, type: 'application/problem+json' })
  })

  test('pages of JSON lead to everybody, once', async ({ site }) => {
    const users: unknown[] = []
    let next: string | null = '/users.json?size=100&sort=username&dir=desc'
    let pages = 0
    while (next !== null) {
      const answer = await httpGet(site.address, next)
      const page: { users: unknown[]; total: number; next: string | null } = JSON.parse(answer.body)
      expect(page.total).toBe(PEOPLE.length)
      expect(answer.headers.link ?? null).toBe(page.next && `<${page.next}>; rel="next"`)
      users.push(...page.users)
      next = page.next
      pages += 1
    }
    expect(pages).toBe(4)
    const byId = users.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b), 'en', { numeric: true }))
    expect(byId).toEqual(PEOPLE)
  })

  test('304 while nothing has changed', async ({ site }) => {
    for (const path of ['/users.json?size=2', '/users.csv?q=ada', '/user/profile/3.vcf']) {
      const { headers } = await httpGet(site.address, path)
      const again = await httpGet(site.address, path, { headers: { 'if-none-match': String(headers.etag) } })
      expect({ status: again.status, body: again.body, etag: again.headers.etag }).toEqual({ status: 304, body: '', etag: headers.etag })
    }
    const { headers } = await httpGet(site.address, '/user/profile/3.json')
    site.sql.exec('UPDATE "User" SET "age" = 37 WHERE "id" = 3')
    expect((await httpGet(site.address, '/user/profile/3.json', { headers: { 'if-none-match': String(headers.etag) } })).status).toBe(200)
  })
})
