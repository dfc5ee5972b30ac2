import { describe, expect, test } from 'vitest'
import { constraintMessage } from '../../../server/database/constraint-message.ts'
import { ENGINES, type Row } from '../../fixtures/engines.ts'
import { temporaryDatabase } from '../../fixtures/temporary-database.ts'

const VALID = { username: `'someone'`, email: `'someone@example.com'`, age: '42' }

const INVISIBLE = 'must not contain invisible, direction-changing or private-use characters'

describe.each(ENGINES)('$name', ({ name, start }) => {
  const temporaryDirectory = start()

  /** A directory with one other person, and the sentence that refuses `columns`, of SQL literals, in a new row and in an update of that person. */
  async function refusals() {
    const { execute, query } = await temporaryDirectory()
    await execute(`INSERT INTO "User" ("id", "username", "email", "age") VALUES (7, 'other', 'other@example.com', 7)`)
    const attempt = (sql: string) =>
      execute(sql).then(
        () => null,
        (error: unknown) => constraintMessage(error) ?? String(error),
      )
    return {
      query,
      onInsert: (columns: Record<string, string>) => {
        const row = { ...VALID, ...columns }
        const names = Object.keys(row).map((name) => `"${name}"`)
        return attempt(`INSERT INTO "User" (${names.join()}) VALUES (${Object.values(row).join()})`)
      },
      onUpdate: (columns: Record<string, string>) => {
        const changes = Object.entries(columns).map(([name, value]) => `"${name}" = ${value}`)
        return attempt(`UPDATE "User" SET ${changes.join()} WHERE "id" = 7`)
      },
    }
  }

  test('text that nobody should have as a name is refused, in the same words', async () => {
    const { onInsert, onUpdate, query } = await refusals()
    const refused: [Record<string, string>, string][] = [
      [{ username: '' }, 'username must have 1 to 80 characters'],
      [{ username: '🦊'.repeat(81) }, 'username must have 1 to 80 characters'],
      [{ username: ' x' }, 'username must not begin or end with white space'],
      [{ username: 'x\u3000' }, 'username must not begin or end with white space'],
      [{ username: 'a\u0007b' }, 'username must not contain control characters'],
      [{ username: 'a\u0085b' }, 'username must not contain control characters'],
      [{ username: 'Ann\u200BTwin' }, `username ${INVISIBLE}`],
      [{ username: 'Дми\u200Cтрий' }, `username ${INVISIBLE}`],
      [{ username: 'a\u2028b' }, `username ${INVISIBLE}`],
      [{ username: '\u0301e' }, 'username must not begin with a combining mark'],
      [{ username: 'Ren\uFFFD' }, 'username must be valid UTF-8, without U+FFFD'],
      [{ email: 'ab' }, 'email must have 3 to 120 characters'],
      [{ email: 'a@'.padEnd(121, 'b') }, 'email must have 3 to 120 characters'],
      [{ email: 'some@one@example.com' }, 'email must look like name@host'],
      [{ email: '@example.com' }, 'email must look like name@host'],
      [{ email: 'a b@example.com' }, 'email must not contain white space or control characters'],
      [{ email: 'a\u2028b@example.com' }, 'email must not contain white space or control characters'],
      [{ email: 'a\u2060b@example.com' }, `email ${INVISIBLE}`],
      [{ email: '\u0301@example.com' }, 'email must not begin with a combining mark'],
    ]
    for (const [texts, sentence] of refused) {
      const columns = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, `'${text}'`]))
      expect([texts, await onInsert(columns), await onUpdate(columns)]).toEqual([texts, sentence, sentence])
    }
    expect(await query('SELECT "username", "email" FROM "User"')).toEqual([{ username: 'other', email: 'other@example.com' }])
  })

  test('other values are refused, and what another person has', async () => {
    const { onInsert, onUpdate } = await refusals()
    const refused: [Record<string, string>, string][] = [
      [{ age: '151' }, 'age must be a whole number from 0 to 150'],
      [{ age: '-1' }, 'age must be a whole number from 0 to 150'],
      [{ id: '0' }, 'id must be between 1 and 2147483647'],
      [{ id: '-1' }, 'id must be between 1 and 2147483647'],
      [{ username: 'NULL' }, 'username must not be missing'],
      [{ email: 'NULL' }, 'email must not be missing'],
    ]
    for (const [columns, sentence] of refused)
      expect([columns, await onInsert(columns), await onUpdate(columns)]).toEqual([columns, sentence, sentence])
    expect(await onInsert({ id: '7' })).toBe('id is already taken')
    expect(await onInsert({ username: `'OTHER'` })).toBe('username is already taken, perhaps in a different letter case')
    expect(await onInsert({ email: `'Other@example.com'` })).toBe('email is already taken, perhaps in a different letter case')
  })

  test('names that differ in a letter case beyond ASCII, or in an accent, are two', async () => {
    const { onInsert } = await refusals()
    for (const [index, name] of ['émile', 'Émile', 'emile', 'Emilе'].entries())
      expect(await onInsert({ username: `'${name}'`, email: `'${index}@x.y'` })).toBeNull()
    expect(await onInsert({ username: `'éMILE'`, email: `'5@x.y'` })).toBe('username is already taken, perhaps in a different letter case')
  })

  test('names of all scripts are accepted, with joiners and variants in their places', async () => {
    const { onInsert } = await refusals()
    const names = [
      ...[
        'x',
        'x'.repeat(80),
        '🦊'.repeat(80),
        "Miles O''Brien",
        'two  words',
        '<b>',
        '100%_sure\\',
        '王小明',
        'فاطمة',
        '김철수',
        '𠮷野家',
      ],
      ...['नमस्ते', 'สมชาย', 'မောင်', 'தமிழ்', 'דוד', 'ᠮᠣᠩᠭᠣᠯ', 'አበበ', 'علی\u200Cرضا', 'क्\u200Dष', 'ශ්\u200Dරී', 'র\u200D্য', '葛\u{E0100}城'],
      ...[
        'ᠠ\u180B',
        '☺\uFE0F',
        '👩\u200D❤\uFE0F\u200D👨',
        '👨🏽\u200D🚀',
        '1\uFE0F\u20E3',
        '🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}',
      ],
    ]
    for (const [index, name] of names.entries())
      expect([name, await onInsert({ username: `'${name}'`, email: `'${index}@x.y'` })]).toEqual([name, null])
  })

  test('an id that is not given comes after those that are, and the largest one keeps nobody out', async () => {
    const { onInsert, query } = await refusals()
    expect(await onInsert({})).toBeNull()
    expect(await query(`SELECT "id" FROM "User" WHERE "username" = 'someone'`)).toEqual([{ id: 8 }])
  })

  test.runIf(name === 'PostgreSQL')('the same characters are refused as in SQLite', async () => {
    const { execute, query } = await temporaryDirectory()
    await execute(`CREATE FUNCTION pg_temp.refusal(name TEXT) RETURNS TEXT LANGUAGE plpgsql AS $$
      BEGIN PERFORM "must_be_readable"('username', name); RETURN NULL; EXCEPTION WHEN check_violation THEN RETURN SQLERRM; END $$`)
    const { sql } = temporaryDatabase()
    const insert = sql.prepare(`INSERT INTO "User" ("username", "email") VALUES (?, 'a@b')`)
    const refusal = (name: string) => {
      try {
        insert.run(name)
        sql.exec('DELETE FROM "User"')
        return null
      } catch (error) {
        return constraintMessage(error)
      }
    }
    // Without what a constraint of its own refuses: white space and control characters.
    const suspicious = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Co}\p{M}\p{Noncharacter_Code_Point}\u2800\u00A9\u4E00\u0645\u0915]/u
    const codes = Array.from({ length: 0xe2000 }, (_, code) => code).filter((code) => suspicious.test(String.fromCodePoint(code)))
    const sample = codes.filter((code) => code < 0xe000 || code > 0xf8f0)
    for (const [before, after] of [
      ['a', 'b'],
      ['', 'b'],
      ['م', 'م'],
    ] as const) {
      const rows = await query(
        `SELECT code, pg_temp.refusal('${before}' || chr(code) || '${after}') AS refusal FROM unnest(ARRAY[${sample}]) AS code`,
      )
      const isAlike = ({ code, refusal: said }: Row) => said === refusal(before + String.fromCodePoint(Number(code)) + after)
      expect(rows).toHaveLength(sample.length)
      expect(rows.filter((row) => !isAlike(row))).toEqual([])
    }
  })
})
