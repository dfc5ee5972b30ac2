// How pages and commands connect to PostgreSQL: with TLS, and with a password that is in a file.
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { connectionOptions } from '../../../prisma/postgres/connection-options.ts'
import { withPostgres } from '../../../server/database/postgres/connect.ts'
import { createAuthority, createHostCertificate } from '../../fixtures/client-certificate.ts'
import { findPostgres } from '../../fixtures/find-postgres.ts'
import { freePort } from '../../fixtures/free-port.ts'
import { giveToPostgres, PostgresServer, runScript } from '../../fixtures/postgres-server.ts'
import { lastingFolder } from '../../fixtures/temporary-database.ts'
import { modelOn } from './model-on.ts'

const HOST = 'db.test'

describe.runIf(findPostgres() !== null)('with PostgreSQL', () => {
  const folder = lastingFolder()
  const authority = join(folder, 'ca.pem')
  const passwords = join(folder, 'pgpass')
  let server: PostgresServer
  let withoutTls: PostgresServer

  beforeAll(async () => {
    createAuthority(folder, 'ca')
    createHostCertificate(folder, 'ca', HOST)
    const access = join(folder, 'pg_hba.conf')
    writeFileSync(access, 'local all all trust\nhost all secretive all scram-sha-256\nhost all all all trust\n')
    // PostgreSQL reads them as a user of its own.
    chmodSync(folder, 0o755)
    for (const file of [access, join(folder, `${HOST}.key`)]) giveToPostgres(file)
    const tls = ['ssl=on', `ssl_cert_file=${folder}/${HOST}.pem`, `ssl_key_file=${folder}/${HOST}.key`, `hba_file=${access}`]
    server = await PostgresServer.start(['listen_addresses=127.0.0.1', ...tls], await freePort())
    withoutTls = await PostgresServer.start(['listen_addresses=127.0.0.1'], await freePort())
    await runScript(server.url('postgres'), `CREATE ROLE secretive LOGIN PASSWORD 'pass:word'`)
  })
  afterAll(async () => {
    await server.stop()
    await withoutTls.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Whether a connection at `host`, which is this machine, is by TLS. */
  async function isEncrypted(params: string, { host = HOST, user = 'postgres', port = server.port } = {}): Promise<unknown> {
    const url = `postgresql://${user}@${host}:${port}/postgres?hostaddr=127.0.0.1${params}`
    const sql = 'SELECT "ssl" FROM pg_stat_ssl WHERE "pid" = pg_backend_pid()'
    return withPostgres(url, { name: 'test' }, async (client) => (await client.query(sql)).rows[0]?.ssl)
  }

  test('TLS with a certificate for the host is the standard for another machine, and not for this one', async () => {
    expect(await isEncrypted(`&sslrootcert=${authority}`)).toBe(true)
    expect(await isEncrypted('', { host: 'localhost' })).toBe(false)
    await expect(isEncrypted('')).rejects.toThrow(/the server's certificate is of an authority that is not known here .*sslrootcert/)
    const other = isEncrypted(`&sslrootcert=${authority}`, { host: 'other.test' })
    await expect(other).rejects.toThrow(/the server's certificate is for another host \(Host: other\.test\. is not .*DNS:db\.test\)/)
    await expect(isEncrypted('', { port: withoutTls.port })).rejects.toThrow(/the server has no TLS; .*sslmode=disable/)
  })

  test.each([
    [`verify-ca&sslrootcert=AUTHORITY`, 'other.test', true],
    ['require', 'other.test', true],
    ['require&sslrootcert=AUTHORITY', 'other.test', true],
    ['verify-full&sslrootcert=AUTHORITY', 'localhost', 'is for another host'],
    ['verify-ca', HOST, 'an authority that is not known'],
    ['disable', HOST, false],
  ])('sslmode=%s means at %s what it means to libpq', async (mode, host, expected) => {
    const encrypted = isEncrypted(`&sslmode=${mode.replace('AUTHORITY', authority)}`, { host })
    if (typeof expected === 'boolean') expect(await encrypted).toBe(expected)
    else await expect(encrypted).rejects.toThrow(expected)
  })

  test('a password comes from the file of passwords, which others may not read, and is in no error', async () => {
    const encrypted = () => isEncrypted(`&sslrootcert=${authority}`, { user: 'secretive' })
    vi.stubEnv('PGPASSFILE', passwords)
    await expect(encrypted()).rejects.toThrow(
      `the server demands a password; DATABASE_URL has none, and ${passwords} has none for ${HOST}:${server.port}:postgres:secretive`,
    )
    writeFileSync(passwords, `# comment\nother:*:*:*:wrong\n${HOST}:${server.port}:*:secretive:pass\\:word\n`, { mode: 0o644 })
    await expect(encrypted()).rejects.toThrow(`others may read the passwords in ${passwords}: chmod 600`)
    chmodSync(passwords, 0o600)
    expect(await encrypted()).toBe(true)
    writeFileSync(passwords, `*:*:*:*:not-this\n`)
    await expect(encrypted()).rejects.toThrow(/^(?!.*not-this).*password authentication failed for user "secretive"/)
    vi.unstubAllEnvs()
  })

  test('pages connect as commands do', async () => {
    const url = `postgresql://postgres@${HOST}:${server.port}/postgres?hostaddr=127.0.0.1`
    const encrypted = await modelOn({ url: `${url}&sslrootcert=${authority}` })
    expect(await encrypted.readDataVersion()).toContain('127.0.0.1')
    await expect((await modelOn({ url })).readDataVersion()).rejects.toMatchObject({
      name: 'DatabaseUnavailableError',
      message: expect.stringContaining('an authority that is not known here'),
    })
  })
})

test.each([
  ['postgresql://web:p%40x@db.test/roster', { host: 'db.test', port: 5432, user: 'web', password: 'p@x', database: 'roster' }],
  ['postgres://web@/roster?host=/run/pg', { host: '/run/pg', user: 'web', database: 'roster', ssl: false }],
  ['postgresql:///roster', { host: '/var/run/postgresql', database: 'roster', ssl: false }],
  ['postgresql://%2Frun%2Fpg/roster', { host: '/run/pg', ssl: false }],
  ['postgresql://[::1]:5433/roster', { host: '::1', port: 5433, ssl: false }],
  ['postgresql://web@db.test:5433/roster?hostaddr=127.0.0.1', { host: '127.0.0.1', port: 5433, ssl: { servername: 'db.test' } }],
  ['postgresql://10.0.0.1/roster', { host: '10.0.0.1', ssl: { checkServerIdentity: expect.any(Function) } }],
])('%s leads there', (url, expected) => {
  expect(connectionOptions(url)).toMatchObject(expected)
})

test.each([
  ['postgresql://web:secret@a,b/roster', 'DATABASE_URL is not a valid address of one PostgreSQL server'],
  ['postgresql://web:sec#secret@db/roster', 'DATABASE_URL is not a valid address of one PostgreSQL server'],
  ['postgresql://web:secret@db/roster?sslmode=prefer', 'sslmode=prefer; it must be one of verify-full, verify-ca, require, disable'],
  ['postgresql://web:secret@db/roster?pgbouncer=true', 'the parameter pgbouncer, which Roster does not follow; leave it out'],
  ['postgresql://web:secret@db/roster?sslrootcert=/nowhere.pem', 'sslrootcert=/nowhere.pem, which cannot be read: ENOENT'],
])('%s is refused, and the error does not have the password', (url, reason) => {
  expect(() => connectionOptions(url)).toThrow(reason)
  expect(() => connectionOptions(url)).not.toThrow('secret')
})
