import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { expect, test, vi } from 'vitest'
import { databaseUrl } from '../../server/database/url.ts'
import { httpGet } from '../fixtures/http-get.ts'
import { requestWithoutPause, serveTemporaryWorkers, WAIT } from '../fixtures/temporary-workers.ts'
import { getNewestWorkerPid, listWorkerPids } from '../fixtures/worker-pids.ts'

test('another database file that replaces the old one is served whole, whatever lies beside it', async () => {
  const { roster, file, sql, socket } = await serveTemporaryWorkers({ WEB_WORKERS: '1' })
  const changes = (name: string) => `PRAGMA wal_autocheckpoint = 0; UPDATE "User" SET "email" = "id" || '@${name}.example'`
  const read = (database: string) => {
    using connection = new DatabaseSync(database)
    return {
      integrity: connection.prepare('PRAGMA integrity_check').all(),
      emails: connection.prepare('SELECT "email" FROM "User" WHERE "id" IN (3, 4)').all(),
    }
  }
  const intact = (name: string) => ({
    integrity: [{ integrity_check: 'ok' }],
    emails: [{ email: `3@${name}.example` }, { email: `4@${name}.example` }],
  })
  const serves = (text: string) => vi.waitFor(async () => expect((await httpGet(socket(1), '/user/profile/3')).body).toContain(text), WAIT)

  sql.exec(`${changes('first')}; VACUUM INTO '${file}.second'; ${changes('lost')}`)
  const copy = new DatabaseSync(`${file}.second`)
  copy.exec('PRAGMA journal_mode = WAL')
  copy.close()
  await serves('3@lost.example')
  renameSync(`${file}.second`, file)
  await serves('3@first.example')
  expect(read(file)).toEqual(intact('first'))

  using second = new DatabaseSync(file)
  second.exec(`VACUUM INTO '${file}.third'; ${changes('second')}`)
  await serves('3@second.example')
  renameSync(file, `${file}.kept`)
  renameSync(`${file}.third`, file)
  // Checked while the new file is already there, and the worker still has the old one open.
  expect((await httpGet(socket(1), '/readyz')).status).toBe(200)
  await serves('3@first.example')
  expect(read(file)).toEqual(intact('first'))
  // The last commits to the old file, which are in its -wal, are kept, too.
  const [, wal = ''] = await roster.printed(/"msg":"(\S+-wal) belongs to the database file that was moved away/)
  second.close()
  renameSync(wal, `${file}.kept-wal`)
  expect(read(`${file}.kept`)).toEqual(intact('second'))
})

test('a backup that is restored is served at once, without a failed request; so is one in place of a damaged file', async () => {
  const { roster, file, sql, socket } = await serveTemporaryWorkers()
  const restore = () =>
    spawnSync(process.execPath, ['server/roster.ts', 'restore', `${file}.backup`, '--yes'], {
      env: { ...process.env, DATABASE_URL: databaseUrl(file) },
      encoding: 'utf8',
    })
  sql.exec(`VACUUM INTO '${file}.backup'; UPDATE "User" SET "email" = "id" || '@newer.example'`)
  const visitors = requestWithoutPause([socket(1), socket(2)])
  await vi.waitFor(async () => expect((await httpGet(socket(1), '/user/profile/3')).body).toContain('3@newer.example'), WAIT)
  const pids = listWorkerPids(roster, 1)
  expect(restore()).toMatchObject({ status: 0, stderr: '' })
  for (const worker of [1, 2]) expect((await httpGet(socket(worker), '/user/profile/3')).body).toContain('ada@example.com')
  expect((await httpGet(socket(1), '/users?q=ada%40example')).body).toContain('1 person matches')
  const { count, failures } = await visitors.stop()
  expect(count).toBeGreaterThan(0)
  expect(failures).toEqual([])
  expect(listWorkerPids(roster, 1)).toEqual(pids)

  sql.exec(`UPDATE "User" SET "email" = "id" || '@damaged.example'; PRAGMA wal_checkpoint(TRUNCATE)`)
  writeFileSync(file, 'Dear diary, today I was not a database.', { flag: 'r+' })
  expect(restore()).toMatchObject({ status: 0, stderr: '' })
  await vi.waitFor(async () => expect((await httpGet(socket(1), '/user/profile/3')).body).toContain('ada@example.com'), {
    timeout: 5_000,
    interval: 50,
  })
  using restored = new DatabaseSync(file)
  expect(restored.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
})

test('a file that is no database makes pages and data 503, and is not kept open', async () => {
  const { roster, file, sql, socket } = await serveTemporaryWorkers({ WEB_WORKERS: '1' })
  sql.exec(`VACUUM INTO '${file}.good'`)
  writeFileSync(`${file}.other`, 'Dear diary, today I was not a database.')
  renameSync(`${file}.other`, file)
  // Until then, the worker that has the old file open answers.
  await vi.waitFor(() => expect(listWorkerPids(roster, 1)).toHaveLength(2), WAIT)
  await vi.waitFor(async () => expect((await httpGet(socket(1), '/users')).status).toBe(503), WAIT)
  for (const path of ['/users.csv', '/users.json', '/user/profile/1.vcf']) {
    const { status, headers, body } = await httpGet(socket(1), path)
    expect([status, headers['content-type'], headers['retry-after']]).toEqual([503, 'application/problem+json', '5'])
    expect(JSON.parse(body)).toMatchObject({ status: 503, detail: expect.stringContaining('The directory cannot be read') })
  }
  const countOpenFiles = () => readdirSync(`/proc/${getNewestWorkerPid(roster, 1)}/fd`).length
  const openBefore = countOpenFiles()
  for (let request = 0; request < 20; request += 1) expect((await httpGet(socket(1), '/user/profile/1')).status).toBe(503)
  expect(countOpenFiles()).toBeLessThan(openBefore + 10)
  expect((await httpGet(socket(1), '/readyz')).body).toContain('not a database')
  renameSync(`${file}.good`, file)
  await vi.waitFor(async () => expect((await httpGet(socket(1), '/users')).status).toBe(200), WAIT)
})

test('commits of other processes show after a check of the readiness, too', async () => {
  const { file, sql, socket } = await serveTemporaryWorkers({ WEB_WORKERS: '1' })
  // Each commit is by the only other process that has the database open: at its exit it removes the -wal, unless it sees the worker's locks.
  sql.close()
  for (const email of ['first@example.com', 'second@example.com', 'third@example.com']) {
    execFileSync('sqlite3', [file, `UPDATE "User" SET "email" = '${email}' WHERE "id" = 3`])
    expect((await httpGet(socket(1), '/user/profile/3')).body).toContain(email)
    expect((await httpGet(socket(1), '/readyz')).status).toBe(200)
  }
})

test('a large -wal is truncated while pages are served, and removed at the end', async () => {
  const { roster, file, sql, socket } = await serveTemporaryWorkers()
  sql.close()
  const walBytes = () => statSync(`${file}-wal`).size
  const visitors = requestWithoutPause([socket(1), socket(2)])
  execFileSync('sqlite3', [
    file,
    `CREATE TABLE "Large" AS SELECT zeroblob(50000000); DROP TABLE "Large"; UPDATE "User" SET "email" = 'new@example.com' WHERE "id" = 3`,
  ])
  expect(walBytes()).toBeGreaterThan(50_000_000)
  await vi.waitFor(() => expect(walBytes()).toBeLessThan(1_000_000), WAIT)
  expect((await visitors.stop()).failures).toEqual([])
  expect((await httpGet(socket(1), '/user/profile/3')).body).toContain('new@example.com')
  roster.kill('SIGTERM')
  expect((await roster.exited()).status).toBe(0)
  expect(existsSync(`${file}-wal`) || existsSync(`${file}-shm`)).toBe(false)
})
