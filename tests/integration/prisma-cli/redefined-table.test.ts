import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import type { Migration } from '../../../server/database/migration-files.ts'
import { applyMigrations, listMigrations, listSchemaDifferences } from '../../../server/database/sqlite/migrate.ts'
import { PrismaProject } from '../../fixtures/prisma-project.ts'

// Prisma changes a column by copying its table into a new one, which has only what Prisma's schema language can say.

// Indexes that others take the place of.
const REPLACED = [
  ['20261125010000_cover_names', 'User_username_age_idx', 'User_email_age_idx', 'User_age_idx'],
  [
    '20261127080000_fold_names',
    'User_id_age_idx',
    'User_username_age_email_idx',
    'User_email_age_username_idx',
    'User_age_id_username_email_idx',
  ],
]

test('no migration of this repository loses a constraint, trigger, view or index of an earlier one', () => {
  const expected = REPLACED.flatMap(([migration, ...indexes]) => indexes.map((index) => `${migration} loses index ${index}`))
  expect(listLosses(listMigrations())).toEqual(expected)
})

test('a migration that Prisma creates for a changed column loses all CHECK constraints, and the schema check detects it', async () => {
  const project = new PrismaProject()
  project.editSchema(/age +Int\?/, 'age Int @default(30)')
  expect(await project.prisma('migrate dev --name age_required')).toMatchObject({ code: 0 })

  const database = project.open()
  database.exec(`INSERT INTO "User" ("username", "email", "age") VALUES ('', 'nonsense', -1)`) // nothing refuses it any more
  expect(listSchemaDifferences(database)).toContain('table User differs')
  const name = String(project.listMigrations().at(-1))
  const losses = listLosses([...listMigrations(), { name, sql: project.read(`prisma/migrations/${name}/migration.sql`), checksum: '' }])
  expect(losses).toContain(`${name} loses CONSTRAINT "age must be a whole number from 0 to 150"`)
  expect(losses).toContain(`${name} loses CONSTRAINT "email must look like name@host"`)
  expect(losses).toContain(`${name} loses COLLATE NOCASE of User`)
  expect(losses).toContain(`${name} loses STRICT of User`)
})

/** What each of `migrations` takes away that those before it had made. */
function listLosses(migrations: Migration[]): string[] {
  using database = new DatabaseSync(':memory:')
  return migrations.flatMap((migration) => {
    const before = listFeatures(database)
    applyMigrations(database, [migration])
    return [...before.difference(listFeatures(database))].map((feature) => `${migration.name} loses ${feature}`)
  })
}

function listFeatures(database: DatabaseSync): Set<string> {
  const definitions = database.prepare('SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL').all()
  return new Set(
    definitions.flatMap(({ type, name, sql }) => [
      `${type} ${name}`,
      ...(String(sql).match(/CONSTRAINT "[^"]+"/g) ?? []),
      ...(String(sql).match(/COLLATE \w+|\bSTRICT$|WITHOUT ROWID/g) ?? []).map((clause) => `${clause} of ${name}`),
    ]),
  )
}
