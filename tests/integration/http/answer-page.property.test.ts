import { createSecretKey } from 'node:crypto'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { currentAnswer } from '../../../app/_request/answer.ts'
import { createPageAnswerer } from '../../../server/http/answer-page.ts'
import { bufferResponse } from '../../../server/http/buffered-response.ts'
import { readRequest } from '../../../server/http/read-request.ts'
import type { NextPages } from '../../../server/worker/next-pages.ts'
import { addNamedPeople } from '../../fixtures/named-people.ts'
import { temporaryDatabase } from '../../fixtures/temporary-database.ts'
import { modelOn } from '../model/model-on.ts'

const URLS = ['/', '/users', '/users?q=ada', '/user/profile/3']
// Ages of Ada: few, so that a page is often the same as before.
const AGES = [36, 37, 38]

const { signal } = new AbortController()
const secret = createSecretKey('secret', 'utf8')
const readSecret = async () => secret

/** The pages of the model on `database`. They show their data as JSON. */
async function pagesOn(database: ReturnType<typeof temporaryDatabase>): Promise<NextPages> {
  await modelOn(database)
  const { ROUTES, readAtVersion, readDataVersion } = await import('../../../app/_request/routes.ts')
  return {
    buildId: 'build',
    findRoute: (path) => ROUTES.find(({ pattern }) => pattern.test(path)) ?? expect.unreachable(),
    readDataVersion,
    readInstallationSecret: async () => null,
    read: (route, path, params, answer) => readAtVersion(() => currentAnswer.run(answer, () => route.read(path, params))),
    render: async (_route, _params, _request, { data }) => {
      const shown = await Promise.all(Object.values(data))
      return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(shown)) }
    },
  }
}

/** Status, tag and body of the answer to a visitor who has the page with the tag `known`. */
async function ask(pages: NextPages, answerPage: ReturnType<typeof createPageAnswerer>, url: string, known: string | null) {
  const headers = known === null ? {} : { 'if-none-match': known }
  const request = Object.assign(new IncomingMessage(new Socket()), { method: 'GET', url, headers })
  const { path, params } = readRequest(request)
  const route = pages.findRoute(path)
  if (!('read' in route)) return expect.unreachable()
  const exchange = { request, path, params, problem: null, requestId: '', signal, isData: false, route: route.name, fault: null, plans: [] }
  const whole = await bufferResponse(request, (response) => answerPage(route, { ...exchange, cache: 'none', response }), signal)
  return { status: whole.status, tag: String(whole.headers.etag), body: whole.body.toString() }
}

test('an answer is never older than the last commit before its request, in whatever order commits and readings happen', async () => {
  const database = temporaryDatabase()
  addNamedPeople(database.sql)
  const commit = (age: number) => database.sql.exec(`UPDATE "User" SET "age" = ${age} WHERE "id" = 3`)
  const pages = await pagesOn(database)
  const tags = new Map<string, string>()
  const bodies = new Map<string, string>()
  for (const age of AGES) {
    commit(age)
    for (const url of URLS) {
      const { tag, body } = await ask(pages, createPageAnswerer(pages, readSecret, false), url, null)
      tags.set(`${url} ${age}`, tag)
      bodies.set(tag, body)
    }
  }
  let requests = 0
  let readings = 0

  const age = fc.constantFrom(...AGES)
  const request = fc.record({ url: fc.constantFrom(...URLS), knownAge: fc.option(age) })
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(fc.oneof(age, request), { minLength: 5, maxLength: 30 }), async (scheduler, steps) => {
      commit(36)
      const committed = [36]
      const running = new Set<Promise<unknown>>()
      const read: NextPages['read'] = (...parameters) => {
        readings += 1
        const reading = pages.read(...parameters)
        running.add(reading)
        return reading.finally(() => running.delete(reading))
      }
      const readDataVersion = scheduler.scheduleFunction(pages.readDataVersion)
      const answerPage = createPageAnswerer({ ...pages, readDataVersion, read: scheduler.scheduleFunction(read) }, readSecret, false)
      const runs = steps.map(async (step) => {
        await scheduler.schedule(Promise.resolve())
        if (typeof step === 'number') {
          // A list is several queries: a commit between them would make it one that never was.
          while (running.size > 0) await Promise.all(running)
          commit(step)
          committed.push(step)
          return
        }
        requests += 1
        const { url, knownAge } = step
        const known = tags.get(`${url} ${knownAge}`) ?? null
        const since = committed.length - 1
        const { status, tag, body } = await ask(pages, answerPage, url, known)
        expect(committed.slice(since).map((each) => tags.get(`${url} ${each}`))).toContain(tag)
        expect({ status, body }).toEqual(known === tag ? { status: 304, body: '' } : { status: 200, body: bodies.get(tag) })
      })
      await scheduler.waitFor(Promise.all(runs))
    }),
  )
  // Many are answered by the version alone.
  expect(readings).toBeLessThan(requests)
})

test('a page that was read from one server is not confirmed by the version of another one', async () => {
  const pages = await pagesOn(temporaryDatabase())
  // As a proxy in front of two servers may lead there.
  const servers = { asked: 'first', read: 'second' }
  const proxied: NextPages = {
    ...pages,
    readDataVersion: async () => servers.asked,
    read: async () => ({ version: servers.read, result: servers.read }),
    render: async () => ({ status: 200, headers: {}, body: Buffer.from(servers.read) }),
  }
  const answerPage = createPageAnswerer(proxied, readSecret, false)
  const shown = await ask(proxied, answerPage, '/', null)
  expect(shown.body).toBe('second')
  servers.read = 'first'
  const next = await ask(proxied, answerPage, '/', shown.tag)
  expect(next).toMatchObject({ status: 200, body: 'first' })
  expect(await ask(proxied, answerPage, '/', next.tag)).toMatchObject({ status: 304, tag: next.tag })
})
