import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { LIST_LIMITS, type ListLimits } from '../../../app/_models/sqlite/search/limits.ts'
import type { UserListQuery } from '../../../app/_models/user-list-query.ts'
import { DEFAULT_SITE, type HideableField, setSite } from '../../../app/_site/site.ts'
import { type Directory, engineName, sqliteDirectory, temporaryDirectory } from '../../fixtures/engines.ts'
import { addPeople, listGuests, type NamedPerson } from '../../fixtures/named-people.ts'
import { temporaryDatabase } from '../../fixtures/temporary-database.ts'
import { countPlainly, listPlainly } from './list-plainly.ts'
import { modelOn } from './model-on.ts'
import { people, query } from './random-lists.ts'
import { migrationsWithSmallBlocks } from './small-blocks.ts'

const { signal } = new AbortController()

const PATIENT: ListLimits = { ...LIST_LIMITS, maxCpuMs: Number.POSITIVE_INFINITY }
const COUNTING_FEW: ListLimits = { ...PATIENT, maxCount: 5 }
// So small that a few dozen people need every plan, and that some lists are too broad.
const TIGHT: ListLimits = {
  ...PATIENT,
  maxCount: 5,
  maxSortRows: 6,
  probeRows: 6,
  maxWalkRows: 12,
  maxSkipRows: 3,
  maxOffsetRows: 40,
  firstBatchRows: 3,
}

const isPostgres = engineName() === 'PostgreSQL'

/** The answers of the model on the database at `url`, whatever is hidden, and how a search was made. */
async function modelOf(database: { url: string }) {
  const model = await modelOn(database)
  const wholeList = await import('../../../app/_models/whole-list.ts')
  const { findPlace } = await import('../../../app/_models/user-place.ts')
  // Connects while the environment names this database.
  await model.readDataVersion()
  return async (asked: UserListQuery, ids: number[], limits: ListLimits) => {
    const plans: string[][] = []
    const pages = []
    for (const page of [1, 2, 3])
      pages.push(await model.listUsers({ ...asked, page }, { limits, onPlans: (tried) => plans.push([...tried]) }))
    const everybody = []
    for await (const { users } of wholeList.streamUsers(asked, { signal, stepRows: { first: 2, max: 4 } })) everybody.push(...users)
    const profiles = await Promise.all(ids.map((id) => model.findUser(id)))
    const places = await Promise.all(ids.map((id) => findPlace(id, asked, { limits })))
    return {
      pages,
      places,
      plans,
      everybody,
      count: await wholeList.countMatches(asked, signal),
      profiles,
      directory: await model.summarizeDirectory(),
    }
  }
}

/** The same people with other emails and ages, where these are hidden. */
function disguise(everybody: NamedPerson[], hidden: HideableField[]): NamedPerson[] {
  return everybody.map((person, index) => ({
    ...person,
    ...(hidden.includes('email') && { email: `${index % 2 === 0 ? 'abab' : 'zé'}${index}@elsewhere` }),
    ...(hidden.includes('age') && { age: person.age === null ? index % 150 : null }),
  }))
}

const hiddenFields = fc.constantFrom<HideableField[]>(['email'], ['age'], ['email', 'age'])
const queries = fc.array(fc.tuple(query, fc.option(fc.nat())), { minLength: 4, maxLength: 4 })

const LIMITS: [string, ListLimits][] = isPostgres
  ? [
      ['the limits of production', PATIENT],
      ['limits that count few', COUNTING_FEW],
    ]
  : [
      ['the limits of production', PATIENT],
      ['tight limits', TIGHT],
      ['tight limits, where the index is not read at once', { ...TIGHT, maxIndexPages: 0, maxWordPages: 0 }],
    ]

test.each(LIMITS)('no answer depends on what is hidden, within %s', { timeout: 300_000 }, async (_, limits) => {
  const databases = [await shyDirectory(), await shyDirectory()] as const
  const [ask, askDisguised] = [await modelOf(databases[0]), await modelOf(databases[1])]
  onTestFinished(() => setSite(DEFAULT_SITE))
  await fc.assert(
    fc.asyncProperty(people, hiddenFields, queries, async (everybody, hidden, asked) => {
      setSite({ ...DEFAULT_SITE, hiddenFields: hidden })
      const variants = [everybody, disguise(everybody, hidden)]
      for (const [index, { execute, addPeople, hide }] of databases.entries()) {
        await hide(hidden)
        await execute('DELETE FROM "User"')
        await addPeople(variants[index] ?? [])
      }
      const ids = everybody.slice(0, 3).map(({ id }) => id)
      for (const [random, guessed] of asked) {
        // Also for the email of somebody, and a part of it.
        const email = guessed === null ? undefined : everybody[guessed % (everybody.length || 1)]?.email
        const list =
          email === undefined ? random : { ...random, q: guessed !== null && guessed % 2 === 0 ? email : [...email].slice(0, 3).join('') }
        const answer = await ask(list, ids, limits)
        expect(await askDisguised(list, ids, limits)).toEqual(answer)
        expectKnown(answer, listPlainly(...withoutHidden(everybody, list, hidden)), hidden, limits)
      }
    }),
    { numRuns: isPostgres ? 15 : 20, endOnFailure: true },
  )
})

test.skipIf(isPostgres)('a search is planned alike, whether a word is in every hidden email or in none', async () => {
  onTestFinished(() => setSite(DEFAULT_SITE))
  setSite({ ...DEFAULT_SITE, hiddenFields: ['email'] })
  const guests = listGuests(1, 5_000)
  const emails = [({ id }: NamedPerson) => `${id}.zebra@example.com`, ({ id }: NamedPerson) => `${id}@x.y`]
  const answers = []
  for (const emailOf of emails) {
    const database = temporaryDatabase()
    addPeople(
      database.sql,
      guests.map((guest) => ({ ...guest, email: emailOf(guest) })),
    )
    for (const index of ['UserSearch', 'UsernameSearch']) database.sql.exec(`INSERT INTO "${index}" ("${index}") VALUES ('optimize')`)
    const ask = await modelOf(database)
    const list = { q: 'zebra', sort: null, dir: 'asc', age_min: 1, age_max: 90, age: null, page: 1, size: 25 } as const
    answers.push(await ask(list, [], { ...PATIENT, maxIndexPages: 12 }))
  }
  expect(answers[1]).toEqual(answers[0])
  expect(answers[0]?.plans[0]).toEqual(['filter-by-id'])
})

/** A directory that knows what is hidden: on PostgreSQL, the role of `url` then may not read it at all. */
async function shyDirectory(): Promise<Directory & { hide: (fields: HideableField[]) => Promise<void> }> {
  if (!isPostgres) return { ...sqliteDirectory(temporaryDatabase(migrationsWithSmallBlocks())), hide: async () => {} }
  const directory = await temporaryDirectory()
  const url = new URL(directory.url)
  url.username = `reader_of_${url.pathname.slice(1)}`
  const role = `"${url.username}"`
  await directory.execute(`CREATE ROLE ${role} LOGIN; GRANT SELECT ON "Folding" TO ${role}`)
  const hide = (fields: HideableField[]) => {
    const columns = ['id', 'username', 'email', 'age'].filter((name) => !fields.some((field) => field === name))
    const keys = fields.includes('email') ? ['usernameKey'] : ['usernameKey', 'emailKey']
    const names = [...columns, ...keys].map((name) => `"${name}"`)
    return directory.execute(`
      REVOKE SELECT ON "User", "UserAgeCount" FROM ${role};
      GRANT SELECT (${names.join()}) ON "User" TO ${role};
      GRANT SELECT (${fields.includes('age') ? '"people"' : '"age", "people"'}) ON "UserAgeCount" TO ${role}`)
  }
  return { ...directory, url: url.href, hide }
}

/** What a list is of people and a query that have nothing hidden in them. */
function withoutHidden(everybody: NamedPerson[], list: UserListQuery, hidden: HideableField[]): [NamedPerson[], UserListQuery] {
  const isHidden = (field: string | null) => hidden.some((each) => each === field)
  return [
    everybody.map((person) => (isHidden('email') ? { ...person, email: '' } : person)),
    { ...list, ...(isHidden(list.sort) && { sort: null }), ...(isHidden('age') && { age: null, age_min: null, age_max: null }) },
  ]
}

function expectKnown(
  { pages, everybody, count, profiles }: Awaited<ReturnType<Awaited<ReturnType<typeof modelOf>>>>,
  expected: NamedPerson[],
  hidden: HideableField[],
  limits: ListLimits,
): void {
  const shown = expected.map((person) =>
    Object.fromEntries(Object.entries(person).filter(([name]) => !hidden.some((each) => each === name))),
  )
  expect(everybody).toEqual(shown)
  expect(count).toBe(expected.length)
  for (const user of profiles) for (const field of hidden) expect(user).not.toHaveProperty(field)
  if (limits !== PATIENT) return
  expect(pages.flatMap(({ users }) => users)).toEqual(shown.slice(0, 75))
  expect(pages[0]?.histogram).toEqual(hidden.includes('age') ? null : countPlainly(expected))
}
