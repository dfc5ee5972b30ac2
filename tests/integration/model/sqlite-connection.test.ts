import { describe, expect, test } from 'vitest'
import { addNamedPeople } from '../../fixtures/named-people.ts'
import { temporaryDatabase } from '../../fixtures/temporary-database.ts'
import { modelOn } from './model-on.ts'

describe('the connection', () => {
  async function readPragmas(database: Awaited<ReturnType<typeof modelOn>>['database']) {
    const read = async (name: string) => {
      const [value] = Object.values((await database().$queryRawUnsafe<Record<string, unknown>[]>(`PRAGMA ${name}`))[0] ?? {})
      return typeof value === 'bigint' ? Number(value) : value
    }
    const names = ['foreign_keys', 'busy_timeout', 'cache_size', 'mmap_size', 'journal_mode']
    return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await read(name)] as const)))
  }

  const EXPECTED = { foreign_keys: 1, busy_timeout: 5000, cache_size: -32768, mmap_size: 0, journal_mode: 'wal' }

  test('keeps its settings after a transaction', async () => {
    const { database } = await modelOn(temporaryDatabase())
    expect(await readPragmas(database)).toEqual(EXPECTED)
    await database().$transaction((transaction) => transaction.user.findMany())
    expect(await readPragmas(database)).toEqual(EXPECTED)
    await database().$transaction([database().user.findMany(), database().user.findMany()])
    expect(await readPragmas(database)).toEqual(EXPECTED)
  })

  test('cannot write, in or out of a transaction', async () => {
    const temporary = temporaryDatabase()
    const { sql } = temporary
    addNamedPeople(sql)
    const { database } = await modelOn(temporary)
    const eve = { data: { username: 'eve', email: 'eve@example.com' } }
    await expect(database().user.create(eve)).rejects.toThrow(/readonly database/)
    await expect(database().user.updateMany({ data: { age: 1 } })).rejects.toThrow(/readonly database/)
    await expect(database().$executeRaw`DELETE FROM "User"`).rejects.toThrow(/readonly database/)
    await expect(database().$transaction((transaction) => transaction.user.create(eve))).rejects.toThrow(/readonly database/)
    await expect(database().$transaction([database().user.create(eve)])).rejects.toThrow(/readonly database/)
    expect(sql.prepare('SELECT count(*) AS "count", sum("age") AS "ages" FROM "User"').get()).toEqual({ count: 10, ages: 356 })
  })
})
