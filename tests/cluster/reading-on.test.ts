// One cluster for all tests: it takes longer to start than most of them. Each leaves it complete.
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cutLeaderOff, killLeader, visitNode } from '../fixtures/cluster/rounds.ts'
import { type ServedCluster, serveCluster } from '../fixtures/cluster/served-cluster.ts'
import { WebNode } from '../fixtures/cluster/web-node.ts'
import { httpGet } from '../fixtures/http-get.ts'
import { countSeconds, type Visits } from '../fixtures/visitors.ts'

// Far fewer than there are, so that no test passes by looking at nothing.
const VISITS = 20
const COMMITS = 20
const CHECK_EVERY_MS = 10

// What docs/cluster.md promises.
const MAX_SECONDS_OF_503 = 3
// None is the aim, and what the benchmark sees. On a busy machine there may be one: decision 053.
const MAX_SECONDS_OF_503_WITH_STANDBY = 1
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
  const { hasNewLeader, writes, lost, visits, localVisits } = await killLeader(cluster, 'kill')
  expect(hasNewLeader).toBe(true)
  expect(writes).toHaveLength(1)
  expect(lost).toEqual([])
  expect(visits.count).toBeGreaterThan(VISITS)
  expect(listWrong(visits)).toEqual([])
  expect(countSeconds(visits.failedAt)).toBeLessThanOrEqual(MAX_SECONDS_OF_503)
  expect(localVisits.count).toBeGreaterThan(VISITS)
  expect(listWrong(localVisits)).toEqual([])
  expect(countSeconds(localVisits.failedAt)).toBeLessThanOrEqual(MAX_SECONDS_OF_503_WITH_STANDBY)
})

test('when the host of the leader is cut off, with writers on both sides, no acknowledged write is lost', async () => {
  const { hasNewLeader, writes, lost, visits, localVisits } = await cutLeaderOff(cluster, 'cut')
  expect(hasNewLeader).toBe(true)
  expect(writes).toHaveLength(2)
  expect(lost).toEqual([])
  expect(listWrong(visits)).toEqual([])
  expect(localVisits.count).toBeGreaterThan(VISITS)
  expect(listWrong(localVisits)).toEqual([])
  expect(countSeconds(localVisits.failedAt)).toBeLessThanOrEqual(MAX_SECONDS_OF_503_WITH_STANDBY)
})

test('a node with a standby of its own shows all pages when etcd has gone and the network is cut', async () => {
  const { databases, local } = cluster
  const visitors = visitNode(local)

  databases.killEtcd()
  local.node.host.disconnect()
  for (const host of databases.hosts) await expect.poll(() => host.isPrimary(), SLOW).toBe(false)
  await expect.poll(() => local.node.standby?.isStreaming(), SLOW).toBe(false)
  // Some rounds of HAProxy's checks, of which only those of the standby succeed.
  await setTimeout(2_000)

  const results = await Promise.all(visitors.map((each) => each.stop()))
  local.node.host.reconnect()
  databases.startEtcd()
  await databases.complete()
  for (const { count, failures } of results) {
    expect(count).toBeGreaterThan(VISITS)
    expect(failures).toEqual([])
  }
})

/** All failures except 503s. */
function listWrong({ failures }: Visits): string[] {
  return failures.filter((failure) => !/^\d+: 503 /.test(failure))
}

function aboutPerson(username: string) {
  return expect.stringContaining(`<title>${username} · Roster</title>`)
}
