import { expect, onTestFinished, test, vi } from 'vitest'
import { addPeople, listGuests } from '../../fixtures/named-people.ts'
import { temporaryDatabase } from '../../fixtures/temporary-database.ts'

async function loadIndexPages(people: number) {
  const { sql, url } = temporaryDatabase()
  addPeople(sql, listGuests(1, people))
  vi.stubEnv('DATABASE_URL', url)
  vi.resetModules()
  const { database } = await import('../../../app/_models/sqlite/database.ts')
  const { readIndexPages } = await import('../../../app/_models/sqlite/search/index-pages.ts')
  onTestFinished(async () => {
    await database().$disconnect()
    vi.unstubAllEnvs()
  })
  return { sql, readIndexPages }
}

test('a word takes more pages of the index the more people have it', async () => {
  const { sql, readIndexPages } = await loadIndexPages(10_000)
  const [everybody = 0, few = 0] = await readIndexPages('UserSearch', ['gue', '999'])
  expect(everybody).toBeGreaterThan(2 * few)

  // Written later, so in another part of the index.
  addPeople(sql, listGuests(10_001, 10_000))
  const [twice] = await readIndexPages('UserSearch', ['gue'])
  expect(twice).toBeGreaterThan(1.5 * everybody)
})

test('an empty index has no pages, and a word without trigrams takes none', async () => {
  const { readIndexPages } = await loadIndexPages(0)
  expect(await readIndexPages('UserSearch', ['gue'])).toEqual([0])
  expect(await readIndexPages('UserSearch', [])).toEqual([])
})
