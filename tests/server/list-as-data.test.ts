// Long lists as data, from two workers and through nginx.
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import http, { type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { test as base, describe, expect, onTestFinished, vi } from 'vitest'
import { createDatabase, type TestDatabase } from '../fixtures/create-database.ts'
import { freePort } from '../fixtures/free-port.ts'
import { httpGet } from '../fixtures/http-get.ts'
import { installRoster } from '../fixtures/install-roster.ts'
import { addPeople, NAMED_PEOPLE, type NamedPerson } from '../fixtures/named-people.ts'
import { startNginx } from '../fixtures/start-nginx.ts'
import { startWorkers, type Workers } from '../fixtures/start-workers.ts'
import type { WebServerProcess } from '../fixtures/web-server-process.ts'
import { listChildren } from '../fixtures/worker-pids.ts'

type Site = { database: TestDatabase; workers: Workers; nginx: WebServerProcess }

// 9 MB as CSV: more than the buffers of all connections between a worker and a reader hold.
const PEOPLE: NamedPerson[] = [...NAMED_PEOPLE, ...Array.from({ length: 40_000 }, (_, index) => longPerson(index + 11))]
// As in server/http/answer-data.ts.
const MAX_OPEN_STREAMS = 16

const test = base.extend<{ $file: { site: Site } }>({
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: Vitest finds out what a fixture needs by its pattern
    async ({}, use) => {
      const root = mkdtempSync(join(tmpdir(), 'roster-test-'))
      // For nginx's user.
      chmodSync(root, 0o755)
      installRoster(root)
      const database = createDatabase(root)
      addPeople(database.sql, PEOPLE)
      const workers = await startWorkers(database, root)
      const nginx = await startNginx({ root, sockets: workers.sockets, port: await freePort() })
      await use({ database, workers, nginx })
      await nginx.stop()
      await workers.stop()
      database.sql.close()
      rmSync(root, { recursive: true })
    },
    { scope: 'file' },
  ],
})

function longPerson(id: number): NamedPerson {
  const username = `long name, ${id} ${'n'.repeat(60)}`
  return { id, username, email: `${id}${'e'.repeat(90)}@example.com`, age: id % 100 }
}

function csvOf(people: readonly NamedPerson[]): string {
  const lines = people.map(
    ({ id, username, email, age }) => `${id},${username.includes(',') ? `"${username}"` : username},${email},${age ?? ''}`,
  )
  return ['id,username,email,age', ...lines, ''].join('\r\n')
}

/** A response of which nothing is read yet. */
async function openDownload(address: string): Promise<IncomingMessage> {
  const { hostname, port } = address.startsWith('/') ? {} : new URL(address)
  const request = http.get({ ...(hostname ? { hostname, port } : { socketPath: address }), path: '/users.csv', agent: false })
  onTestFinished(() => {
    request.destroy()
  })
  // A connection that is closed while nobody reads fails later.
  request.on('error', () => {})
  const [response]: IncomingMessage[] = await once(request, 'response')
  if (!response) throw new Error('no response')
  return response
}

describe('a long list', () => {
  test('arrives whole, from a worker and through nginx, compressed or not', { timeout: 120_000 }, async ({ site }) => {
    const expected = csvOf(PEOPLE)
    for (const address of [site.workers.sockets[0] ?? '', site.nginx.address]) {
      const plain = await httpGet(address, '/users.csv')
      expect({ ...plain.headers, status: plain.status }).toMatchObject({
        status: 200,
        'content-type': 'text/csv; charset=utf-8; header=present',
        'content-disposition': 'attachment; filename="users.csv"',
        'cache-control': 'no-store',
        'x-robots-tag': 'noindex',
        'transfer-encoding': 'chunked',
      })
      expect(plain.body === expected).toBe(true)
      const packed = await httpGet(address, '/users.csv', { headers: { 'accept-encoding': 'gzip' } })
      expect(packed.headers['content-encoding']).toBe('gzip')
      expect(gunzipSync(packed.bytes).toString() === expected).toBe(true)
    }
    const lines = (await httpGet(site.nginx.address, '/users.ndjson?sort=id&dir=desc')).body.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line)).toReversed()).toEqual(PEOPLE)
  })

  test('HEAD has the headers and reads no more', async ({ site }) => {
    const { status, headers, body } = await httpGet(site.nginx.address, '/users.vcf?version=4.0', { method: 'HEAD' })
    expect({ status, type: headers['content-type'], body }).toEqual({ status: 200, type: 'text/vcard; charset=utf-8', body: '' })
  })

  test('slow readers hold nothing up, and more of them than a worker serves are refused', async ({ site }) => {
    const [socket = ''] = site.workers.sockets
    // Both workers accept connections on it.
    const readers = []
    for (let reader = 0; reader <= 2 * MAX_OPEN_STREAMS; reader += 1) readers.push(await openDownload(socket))
    expect(readers.filter(({ statusCode }) => statusCode === 200).length).toBeGreaterThanOrEqual(MAX_OPEN_STREAMS)
    const refused = readers.find(({ statusCode }) => statusCode === 503)
    expect(refused?.headers).toMatchObject({ 'content-type': 'application/problem+json', 'retry-after': '2' })
    expect((await httpGet(socket, '/users.csv?q=grace')).body).toBe(csvOf(NAMED_PEOPLE.filter(({ username }) => username === 'Grace')))
    expect((await httpGet(socket, '/users')).status).toBe(200)
  })

  test('readers who have gone make room', async ({ site }) => {
    const [socket = ''] = site.workers.sockets
    const readers = await Promise.all(Array.from({ length: 2 * MAX_OPEN_STREAMS }, () => openDownload(socket)))
    for (const reader of readers) reader.destroy()
    await vi.waitFor(async () => expect((await httpGet(socket, '/users.csv')).status).toBe(200), { timeout: 10_000 })
  })

  test('that breaks off does not look whole, from a worker or through nginx', async ({ site }) => {
    const readers = await Promise.all([site.workers.sockets[0] ?? '', site.nginx.address].map((address) => openDownload(address)))
    const bodies = readers.map((reader) =>
      text(reader).then(
        () => 'whole',
        () => 'broken',
      ),
    )
    for (const reader of readers) reader.pause()
    for (const pid of listChildren(site.workers.roster)) process.kill(pid, 'SIGKILL')
    // The readers go on once the workers have gone.
    await wait(100)
    for (const reader of readers) reader.resume()
    expect(await Promise.all(bodies)).toEqual(['broken', 'broken'])
    await vi.waitFor(async () => expect((await httpGet(site.nginx.address, '/users?q=ada')).status).toBe(200), { timeout: 10_000 })
  })

  test('is finished when the workers are replaced meanwhile', async ({ site }) => {
    const reader = await openDownload(site.nginx.address)
    const replaced = listChildren(site.workers.roster)
    site.workers.roster.kill('SIGHUP')
    expect((await text(reader)) === csvOf(PEOPLE)).toBe(true)
    await vi.waitFor(() => expect(listChildren(site.workers.roster).some((pid) => replaced.includes(pid))).toBe(false), {
      timeout: 30_000,
    })
  })
})
