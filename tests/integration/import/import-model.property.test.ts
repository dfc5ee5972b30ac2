import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readDatabaseAddress } from '../../../server/database/url.ts'
import { OperatorError } from '../../../server/errors.ts'
import { KEYS, MODES, type RefusedRow, type Rules } from '../../../server/import/import-database.ts'
import type { Field, ImportedRow } from '../../../server/import/imported-row.ts'
import { openImport } from '../../../server/import/open-import.ts'
import { type Directory, ENGINES } from '../../fixtures/engines.ts'
import type { NamedPerson } from '../../fixtures/named-people.ts'

// A connection to PostgreSQL for each takes its time.
const RUNS = { SQLite: 300, PostgreSQL: 100 }
const UNIQUE_FIELDS = ['id', 'username', 'email'] as const

type Row = Partial<Record<Field, string | number | null>>
type Case = Rules & { table: NamedPerson[]; rows: Row[]; isBadSkipped: boolean }
type Outcome = { people: NamedPerson[]; refused: number[] } | 'error'

// Few values: often one is taken, comes twice in the file, or differs only in letter case.
const usernames = fc.constantFrom('ann', 'Ann', 'bob', 'cy', 'dee')
const emails = fc.constantFrom('a@x', 'A@X', 'b@x', 'c@x', 'd@x')
const person = fc.record({
  id: fc.integer({ min: 1, max: 5 }),
  username: usernames,
  email: emails,
  age: fc.constantFrom(null, 5, 6),
})
const row = fc.record<Row>({
  id: fc.constantFrom(null, null, 1, '2', 3, 4, 9, 0),
  username: fc.oneof({ weight: 9, arbitrary: usernames }, fc.constantFrom('', ' ann', null)),
  email: fc.oneof({ weight: 9, arbitrary: emails }, fc.constantFrom('nobody', '', null)),
  age: fc.constantFrom(null, 5, '6', 7, 151, 'old'),
})

const fields = fc.subarray<Field>(['id', 'username', 'email', 'age'], { minLength: 1 })

const cases: fc.Arbitrary<Case> = fc
  .record({
    table: fc.uniqueArray(person, {
      maxLength: 4,
      comparator: (a, b) => a.id === b.id || isEqual(a.username, b.username) || isEqual(a.email, b.email),
    }),
    allRows: fc.array(fc.tuple(row, fields), { minLength: 1, maxLength: 5 }),
    // Those of a CSV; each person of a JSON file may have others.
    header: fc.option(fields),
    key: fc.constantFrom(...KEYS),
    mode: fc.constantFrom(...MODES),
    isBadSkipped: fc.boolean(),
  })
  .map(({ allRows, header, ...others }) => ({ ...others, rows: allRows.map(([each, own]) => pick(each, header ?? own)) }))

describe.each(ENGINES)('on $name', ({ name, start }) => {
  const temporaryDirectory = start()
  const forgetIds = name === 'SQLite' ? `DELETE FROM sqlite_sequence WHERE "name" = 'User'` : `SELECT setval('"User_id_seq"', 1, false)`

  test('does what a naive model does, for random people, files, keys and modes', { timeout: 120_000 }, async () => {
    const directory = await temporaryDirectory()
    await fc.assert(
      fc.asyncProperty(cases, async (each) => {
        await directory.execute(`DELETE FROM "User"; ${forgetIds}`)
        await directory.addPeople(each.table)
        expect(await importCase(directory, each)).toEqual(model(each))
        const [counted] = await directory.query('SELECT sum("people") AS "people" FROM "UserAgeCount"')
        expect(Number(counted?.people)).toBe((await listPeople(directory)).length)
      }),
      { numRuns: RUNS[name] },
    )
  })
})

async function importCase(directory: Directory, { rows, ...options }: Case): Promise<Outcome> {
  const database = await openImport(readDatabaseAddress(directory.url))
  const noop = () => {}
  try {
    await database.stageRows(toImportedRows(rows), noop)
    await database.importPeople({
      ...{ ...options, isDryRun: false, maxDelete: { percent: 100 } },
      ...{ onBeforeCommit: async () => {}, onProgress: noop, checkInterruption: noop },
    })
    const refused: RefusedRow[] = []
    for await (const row of database.listRefusedRows()) refused.push(row)
    return { people: await listPeople(directory), refused: refused.map(({ line }) => line) }
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error
    return 'error'
  } finally {
    await database.close()
  }
}

async function* toImportedRows(rows: Row[]): AsyncGenerator<ImportedRow> {
  for (const [index, cells] of rows.entries()) yield { line: index, cells, fault: null }
}

async function listPeople({ query }: Directory): Promise<NamedPerson[]> {
  const people = await query('SELECT "id", "username", "email", "age" FROM "User" ORDER BY "id"')
  return people.map(({ id, username, email, age }) => ({
    id: Number(id),
    username: String(username),
    email: String(email),
    age: age === null ? null : Number(age),
  }))
}

/** The same in memory, by trying until nothing changes. */
function model({ table, rows, key, mode, isBadSkipped }: Case): Outcome {
  const targets = rows.map((each) => table.find((other) => isEqual(other[key], each[key])))
  const removed = mode === 'mirror' ? table.filter((each) => !targets.includes(each)) : []
  const wanted = rows.map((each, index) => ({ age: null, ...targets[index], ...withoutUnknownId(each) }))
  const isSame = (index: number) =>
    targets[index] !== undefined && JSON.stringify(sorted(wanted[index])) === JSON.stringify(sorted(targets[index]))
  const refused = new Set<number>()
  for (const [index, each] of rows.entries()) {
    const isTwice = UNIQUE_FIELDS.some((field) => rows.slice(0, index).some((other) => isEqual(other[field], each[field])))
    const isWrongMode = mode === 'update' ? targets[index] === undefined : mode === 'add' && targets[index] !== undefined && !isSame(index)
    if (isTwice || isWrongMode) refused.add(index)
  }
  for (let before = -1; before !== refused.size; ) {
    before = refused.size
    for (const [index, each] of wanted.entries()) {
      if (refused.has(index) || isSame(index)) continue
      // People stay as they are unless their own row is good.
      const others = table
        .filter((other) => other !== targets[index] && !removed.includes(other))
        .map((other) => {
          const own = targets.findIndex((target, row) => target === other && !refused.has(row))
          return own === -1 ? other : wanted[own]
        })
      // Who has a value already is not refused because another wants it.
      const isTaken = UNIQUE_FIELDS.some(
        (field) => !isEqual(each[field], targets[index]?.[field]) && others.some((other) => isEqual(other?.[field], each[field])),
      )
      if (isTaken || !isValid(each)) refused.add(index)
    }
  }
  const good = [...rows.keys()].filter((index) => !refused.has(index))
  const lines = [...refused].sort((a, b) => a - b)
  if (refused.size > 0 && !isBadSkipped) return { people: sortById(table), refused: lines }
  if (mode === 'mirror' && good.length === 0) return 'error'
  const touched = new Set(good.map((index) => targets[index]))
  const kept = table.filter((each) => !removed.includes(each) && !touched.has(each))
  const withId = good.flatMap((index) => (wanted[index]?.id === undefined ? [] : [toPerson(wanted[index])]))
  let last = Math.max(0, ...table.map(({ id }) => id), ...withId.map(({ id }) => id))
  const withNewId = good.flatMap((index) => (wanted[index]?.id === undefined ? [toPerson({ ...wanted[index], id: ++last })] : []))
  return { people: sortById([...kept, ...withId, ...withNewId]), refused: lines }
}

function isEqual(a: unknown, b: unknown): boolean {
  return a !== null && a !== undefined && b !== null && b !== undefined && String(a).toLowerCase() === String(b).toLowerCase()
}

function isValid({ id, username, email, age }: Row): boolean {
  const isNumber = (value: unknown, min: number, max: number) => /^\d+$/.test(String(value)) && Number(value) >= min && Number(value) <= max
  return (
    (id === undefined || isNumber(id, 1, 2 ** 31 - 1)) &&
    /^\S(?:.*\S)?$/.test(String(username ?? '')) &&
    /^[^@]+@[^@]+$/.test(String(email ?? '')) &&
    (age === null || isNumber(age, 0, 150))
  )
}

function toPerson({ id, username, email, age }: Row): NamedPerson {
  return { id: Number(id), username: String(username), email: String(email), age: age === null ? null : Number(age) }
}

function sorted({ id, username, email, age }: Row = {}): (string | null)[] {
  return [id, username, email, age].map((value) => (value === null || value === undefined ? null : String(value)))
}

function sortById(people: NamedPerson[]): NamedPerson[] {
  return people.toSorted((a, b) => a.id - b.id)
}

function withoutUnknownId({ id, ...others }: Row): Row {
  return id === null || id === undefined ? others : { id, ...others }
}

function pick(each: Row, fields: Field[]): Row {
  return Object.fromEntries(fields.map((field) => [field, each[field] ?? null]))
}
