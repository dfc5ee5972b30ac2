// Nodes of the release before serve while a migration runs, and after it: CONTRIBUTING.md, "A change of the database".
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { isServableBy, oldestServingRelease } from '../../server/database/postgres/contract-migrations.ts'
import { ROOT } from '../../server/paths.ts'

const MIGRATIONS = globSync('prisma/postgres/migrations/*/migration.sql', { cwd: ROOT }).map((path) => ({
  name: basename(dirname(path)),
  sql: readFileSync(join(ROOT, path), 'utf8'),
}))

// What takes something away that an older release may use, or keeps its statements waiting until all rows are read or written.
const BREAKS_OLD_NODES = [
  /\bDROP (?!CONSTRAINT|DEFAULT)/,
  /\bRENAME\b/,
  /\bREVOKE\b/,
  /\bTRUNCATE (TABLE )?"/,
  /\b(CLUSTER|REINDEX|VACUUM|LOCK TABLE)\b/,
  /\bALTER TYPE\b/,
  /\bALTER TABLE\b.*\bTYPE\b/,
  /\bSET NOT NULL\b/,
  /\bADD COLUMN\b.*\bNOT NULL\b(?!.*\bDEFAULT\b)/,
  /\bADD COLUMN\b.*\b(GENERATED|SERIAL|BIGSERIAL|random|gen_random_uuid|clock_timestamp|nextval)\b/,
  /\bADD (CONSTRAINT\b.*)?(PRIMARY KEY|UNIQUE|EXCLUDE|CHECK|FOREIGN KEY)\b(?!.*\bNOT VALID\b)/,
]

/** The statements of `sql` that need a name with "contract", each in one line. */
function listContractStatements(sql: string): string[] {
  return sql
    .replaceAll(/(\$\w*\$).*?\1/gs, '')
    .replaceAll(/'(?:[^']|'')*'/g, "''")
    .replaceAll(/--.*$/gm, '')
    .split(';')
    .map((statement) => statement.replaceAll(/\s+/g, ' ').trim())
    .filter((statement) => BREAKS_OLD_NODES.some((pattern) => pattern.test(statement)))
}

test.each(MIGRATIONS)('$name leaves old nodes what they use, or its name has the oldest release that survives it', ({ name, sql }) => {
  if (oldestServingRelease(name) === null) expect(listContractStatements(sql)).toEqual([])
  else expect(isServableBy(name, packageJson.version)).toBe(true)
})

test.each([
  'DROP TABLE "City"',
  'DROP INDEX CONCURRENTLY "User_age_idx"',
  'ALTER TABLE "User" DROP COLUMN "age"',
  'ALTER TABLE "User"\n    RENAME COLUMN "age" TO "years"',
  'ALTER TABLE "User" ALTER COLUMN "age" SET DATA TYPE BIGINT',
  'ALTER TABLE "User" ALTER COLUMN "age" SET NOT NULL',
  'ALTER TABLE "User" ADD COLUMN "city" TEXT NOT NULL',
  'ALTER TABLE "User" ADD COLUMN "number" BIGINT GENERATED ALWAYS AS IDENTITY',
  'ALTER TABLE "User" ADD CONSTRAINT "age must be even" CHECK ("age" % 2 = 0)',
])('%s needs such a name', (statement) => {
  expect(listContractStatements(`-- A comment;\n${statement};\n`)).toHaveLength(1)
})

test.each([
  'ALTER TABLE "User" ADD COLUMN "city" TEXT',
  `ALTER TABLE "User" ADD COLUMN "city" TEXT NOT NULL DEFAULT ''`,
  'ALTER TABLE "User" ADD CONSTRAINT "age must be even" CHECK ("age" % 2 = 0) NOT VALID',
  'CREATE FUNCTION f() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN DROP TABLE "City"; END $$',
])('%s does not', (statement) => {
  expect(listContractStatements(`${statement};`)).toEqual([])
})

test('a release serves a newer database unless the name of a migration has a newer release', () => {
  expect(isServableBy('20270301093000_add_city', '0.3.0')).toBe(true)
  expect(isServableBy('20270301093000_contract_0_10_0_drop_city', '0.9.0')).toBe(false)
  expect(isServableBy('20270301093000_contract_0_10_0_drop_city', '0.10.0')).toBe(true)
})
