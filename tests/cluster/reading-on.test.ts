// One cluster for all tests: it takes longer to start than most of them. Each leaves it complete.
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PatroniHost } from '../fixtures/cluster/patroni-host.ts'
import { NAMES, type ServedCluster, serveCluster } from '../fixtures/cluster/served-cluster.ts'
import { WebNode } from '../fixtures/cluster/web-node.ts'
import { listLost, Writers } from '../fixtures/cluster/writers.ts'
import { httpGet } from '../fixtures/http-get.ts'
import { countSeconds, Visitors } from '../fixtures/visitors.ts'

const READERS = 20
const READERS_PER_WORKER = 2
// Visitors without pause would take the processor from etcd.
const READ_EVERY_MS = 20
const COMMITS = 20
const CHECK_EVERY_MS = 10

// What docs/cluster.md promises.
const MAX_SECONDS_OF_503 = 3
const MAX_AGE_OF_PAGES_MS = 2_000

const SLOW = { timeout: 60_000, interval: 100 }

let cluster: ServedCluster

beforeAll(async () => {
  cluster = await serveCluster()
}, 120_000)

afterAll(() => cluster?.stop())

test('a node that joins serves the people', async () => {
  const { sockets } = await new WebNode(cluster.databases, 'web-3').serve()
  expect(sockets).not.toEqual([])
  for (const socket of sockets)
    expect(await httpGet(socket, '/user/profile/1')).toMatchObject({ status: 200, body: aboutPerson('person-1') })
})

test('every node and nginx show a commit within the two seconds that a page may be old', async () => {
  const primary = await cluster.databases.complete()
  const [person] = await primary.query<{ id: number }>(
    `INSERT INTO "User" ("username", "email", "age") VALUES ('fresh', 'fresh@example.com', 40) RETURNING "id"`,
  )
  const path = `/user/profile/${person?.id}`
  const addresses = [cluster.nginx.address, ...cluster.remote.workers.sockets, ...cluster.local.workers.sockets]
  const ages: number[] = []
  for (let commit = 1; commit <= COMMITS; commit += 1) {
    const username = `fresh-${commit}`
    await primary.query(`UPDATE "User" SET "username" = $1 WHERE "id" = $2`, [username, person?.id])
    const committedAt = performance.now()
    await Promise.all(
      addresses.map(async (address) => {
        while (!(await httpGet(address, path)).body.includes(`<title>${username} · Roster</title>`)) await setTimeout(CHECK_EVERY_MS)
        ages.push(performance.now() - committedAt)
      }),
    )
  }
  expect(Math.max(...ages)).toBeLessThan(MAX_AGE_OF_PAGES_MS)
})

test('when the leader and its Patroni are killed, no acknowledged write is lost and pages go on', async () => {
  const { databases, remote } = cluster
  const leader = await databases.complete()
  const others = databases.hosts.filter((host) => host !== leader)
  const writers = new Writers(remote.node.host, 'kill', [remote.node.ownerUrl])
  const visits = startVisits()
  await expect.poll(() => countWritten(leader, 'kill'), SLOW).toBeGreaterThan(100)

  await leader.kill()
  await expectMoreWrites(others, 'kill')
  leader.start()
  const successor = await databases.complete()

  const report = await writers.stop()
  expect(others).toContain(successor)
  expect(await listLost(successor, report)).toEqual([])
  await expectPagesWentOn(visits)
})

test('when the host of the leader is cut off, with writers on both sides, no acknowledged write is lost', async () => {
  const { databases, remote } = cluster
  const leader = await databases.complete()
  const others = databases.hosts.filter((host) => host !== leader)
  const writers = new Writers(remote.node.host, 'most', [remote.node.ownerUrl])
  const cutOff = new Writers(leader.host, 'few', [leader.url])
  const visits = startVisits()
  await expect.poll(() => countWritten(leader, 'most'), SLOW).toBeGreaterThan(100)
  await expect.poll(() => countWritten(leader, 'few'), SLOW).toBeGreaterThan(100)

  leader.host.disconnect()
  await expectMoreWrites(others, 'most')
  await expect.poll(() => leader.isPrimary(), SLOW).toBe(false)
  leader.host.reconnect()
  const successor = await databases.complete()

  const reports = [await writers.stop(), await cutOff.stop()]
  expect(others).toContain(successor)
  for (const report of reports) expect(await listLost(successor, report)).toEqual([])
  const { failures } = await visits.local.stop()
  expect(failures).toEqual([])
  expect(listWrong((await visits.all.stop()).failures)).toEqual([])
})

test('a node with a standby of its own shows all pages when etcd has gone and the network is cut', async () => {
  const { databases, local } = cluster
  const { node, workers } = local
  const visitors = workers.sockets.map((socket) => new Visitors(socket, READERS_PER_WORKER, NAMES, READ_EVERY_MS))

  databases.killEtcd()
  node.host.disconnect()
  for (const host of databases.hosts) await expect.poll(() => host.isPrimary(), SLOW).toBe(false)
  await expect.poll(() => node.standby?.isStreaming(), SLOW).toBe(false)
  // A whole round of HAProxy's checks, without the other hosts.
  await setTimeout(2_000)

  const results = await Promise.all(visitors.map((each) => each.stop()))
  node.host.reconnect()
  databases.startEtcd()
  const primary = await databases.complete()
  expect(await primary.isPrimary()).toBe(true)
  for (const { count, failures } of results) {
    expect(count).toBeGreaterThan(100)
    expect(failures).toEqual([])
  }
})

/** Visitors of nginx, which are about both nodes, and of a worker whose node has a standby of its own. */
function startVisits() {
  return {
    all: new Visitors(cluster.nginx.address, READERS, NAMES, READ_EVERY_MS),
    local: new Visitors(cluster.local.workers.sockets[0] ?? '', READERS_PER_WORKER, NAMES, READ_EVERY_MS),
  }
}

async function expectPagesWentOn({ all, local }: ReturnType<typeof startVisits>): Promise<void> {
  const results = { all: await all.stop(), local: await local.stop() }
  expect(results.all.count).toBeGreaterThan(1_000)
  expect(listWrong(results.all.failures)).toEqual([])
  expect(countSeconds(results.all.failedAt)).toBeLessThanOrEqual(MAX_SECONDS_OF_503)
  expect(results.local.failures).toEqual([])
}

/** All failures except 503s. */
function listWrong(failures: readonly string[]): string[] {
  return failures.filter((failure) => !/^\d+: 503 /.test(failure))
}

function aboutPerson(username: string) {
  return expect.stringContaining(`<title>${username} · Roster</title>`)
}

async function countWritten(host: PatroniHost, prefix: string): Promise<number> {
  return (await host.query('SELECT FROM "User" WHERE "username" LIKE $1', [`${prefix}-%`])).length
}

/** Waits until one of `hosts` has become the primary, and people are added there. */
async function expectMoreWrites(hosts: readonly PatroniHost[], prefix: string): Promise<void> {
  const before = Math.max(...(await Promise.all(hosts.map((host) => countWritten(host, prefix)))))
  const countOnPrimary = async (host: PatroniHost) => ((await host.isPrimary()) ? countWritten(host, prefix) : 0)
  await expect.poll(async () => Math.max(...(await Promise.all(hosts.map(countOnPrimary)))), SLOW).toBeGreaterThan(before)
}
